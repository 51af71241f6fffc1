import { ApiError, toResponse } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findResponse } from "./find-response.js";
import { responseTools } from "./response-tools.js";

/** `POST /v1/responses/{id}/cancel`: ends a response in the background; one that has ended stays as it is. */
export function cancelResponse(
  context: Pick<ApiContext, "queues" | "tools">,
): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { id } = request.params;
    const tenant = tenantOf(request);
    const found = await findResponse(context.queues, tenant, id);
    if (found.job.response?.background !== true) {
      const message = "Cannot cancel a synchronous response: end it by closing its connection.";
      throw new ApiError("invalid_request", message, "id");
    }
    await context.queues.cancel(found.id);
    const query = await findResponse(context.queues, tenant, id);
    response.json(toResponse(query, await responseTools(context, query.job)));
  };
}
