import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { toBatchView } from "./batch-view.js";
import { findBatch } from "./find-batch.js";

/** `GET /v1/batches/{id}` */
export function getBatch(context: Pick<ApiContext, "batches" | "prices">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    response.json(
      toBatchView(await findBatch(context, tenantOf(request), request.params.id), Date.now(), context.prices),
    );
  };
}
