import { toolboxOf } from "@bullpen/agent";
import { getTranscriptParameters, parseRequest } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findQuery } from "./find-query.js";
import { toTranscriptView } from "./transcript-view.js";

/** `GET /v1/queries/{id}/transcript?prompt=true`: what happened to a query so far, turn by turn. */
export function getTranscript(context: Pick<ApiContext, "queues" | "tools">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { prompt } = parseRequest(getTranscriptParameters, request.query);
    const record = await findQuery(context.queues, tenantOf(request), request.params.id);
    if (prompt === "false") {
      response.json(toTranscriptView(record));
      return;
    }
    const toolbox = toolboxOf(record.job, await context.tools.find(record.job.tools));
    response.json(toTranscriptView(record, toolbox));
  };
}
