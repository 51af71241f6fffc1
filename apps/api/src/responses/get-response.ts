import { toResponse } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findResponse } from "./find-response.js";
import { responseTools } from "./response-tools.js";

/** `GET /v1/responses/{id}` */
export function getResponse(context: Pick<ApiContext, "queues" | "tools">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const query = await findResponse(context.queues, tenantOf(request), request.params.id);
    response.json(toResponse(query, await responseTools(context, query.job)));
  };
}
