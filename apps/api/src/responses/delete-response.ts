import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findResponse } from "./find-response.js";

/** `DELETE /v1/responses/{id}`: one that has not ended is cancelled first. */
export function deleteResponse(context: Pick<ApiContext, "queues">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { id } = request.params;
    const query = await findResponse(context.queues, tenantOf(request), id);
    await context.queues.remove(query.id);
    response.json({ id, object: "response", deleted: true });
  };
}
