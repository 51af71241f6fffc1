import { isTerminal } from "@bullpen/contracts";
import { ApiError } from "@bullpen/protocol";
import { statusOf } from "@bullpen/storage";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { toBatchView } from "./batch-view.js";
import { findBatch } from "./find-batch.js";

/** `POST /v1/batches/{id}/cancel`: finished lines are kept; the batchers end the others within seconds. */
export function cancelBatch(context: Pick<ApiContext, "batches">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const tenant = tenantOf(request);
    const { id } = request.params;
    const state = await findBatch(context, tenant, id);
    if (isTerminal(statusOf(state))) {
      const message = `The batch has ended already (${statusOf(state)}); only a batch that runs can be cancelled.`;
      throw new ApiError("already_finished", message, "id");
    }
    const { manifest } = state.retry?.batch ?? state;
    await context.batches.writeHalt(manifest, { reason: "cancelled", at: Date.now() });
    response.json(toBatchView(await findBatch(context, tenant, id), Date.now()));
  };
}
