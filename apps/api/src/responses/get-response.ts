import { getResponseParameters, parseRequest, toResponse } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findResponse } from "./find-response.js";
import { responseTools } from "./response-tools.js";
import { streamResponse } from "./stream-response.js";

/** `GET /v1/responses/{id}`: with `?stream=true` its events, also of one that has ended. */
export function getResponse(
  context: Pick<ApiContext, "queues" | "tools" | "endWaiter" | "stopping" | "answers">,
): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { stream, starting_after: after } = parseRequest(getResponseParameters, request.query);
    const query = await findResponse(context.queues, tenantOf(request), request.params.id);
    if (stream === "true") {
      const { id, job } = query;
      await streamResponse(context, response, { id, job, after, cancels: false });
      return;
    }
    response.json(toResponse(query, await responseTools(context, query.job)));
  };
}
