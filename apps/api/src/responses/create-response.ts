import { acceptResponse, responseIdOf, toResponse, toResponseResult } from "@bullpen/protocol";
import type { RequestHandler, Response } from "express";
import { principalOf } from "../access/principal.js";
import { refuseOverTokens } from "../access/refuse-over-tokens.js";
import type { ApiContext } from "../api-context.js";
import { acceptOptions } from "../queries/accept-options.js";
import { type AdmissionNeeds, admitQuery } from "../queries/admit-query.js";
import { refuseWhenFull } from "../queries/refuse-when-full.js";
import { sendFailure } from "../queries/send-failure.js";
import { untilEnded } from "../queries/until-ended.js";
import { responseTools } from "./response-tools.js";
import { streamResponse } from "./stream-response.js";

type Waiting = Pick<ApiContext, "queues" | "endWaiter" | "stopping" | "tools">;
type Needs = Waiting &
  AdmissionNeeds &
  Pick<ApiContext, "defaultModel" | "agentDefaults" | "memory" | "answers" | "usage">;

/**
 * `POST /v1/responses`: runs the agent on the conversation and answers when it has ended; with `stream: true` by
 * server-sent events, with `background: true` at once. A client that disconnects from a response that is not in the background cancels its query.
 */
export function createResponse(context: Needs): RequestHandler {
  return async (request, response) => {
    const principal = principalOf(request);
    await refuseWhenFull(context);
    await refuseOverTokens(context, principal, response);
    const options = await acceptOptions(context, principal);
    const { job, stream } = await acceptResponse(request.body, options, (queryId) =>
      context.queues.find(queryId),
    );
    const isBackground = job.response?.background === true;
    const { id, submit } = await admitQuery(context, request, response, {
      job,
      waits: !isBackground,
      shownId: responseIdOf,
    });
    if (stream) {
      await streamResponse(context, response, { id, job, cancels: !isBackground, submit });
      return;
    }
    await submit();
    if (isBackground) await sendCurrent(context, response, id);
    else await sendEnded(context, response, id);
  };
}

async function sendCurrent(context: Waiting, response: Response, id: string): Promise<void> {
  const query = await context.queues.find(id);
  if (!query) throw new Error(`${id} was lost after its submission`);
  response.json(toResponse(query, await responseTools(context, query.job)));
}

async function sendEnded(context: Waiting, response: Response, id: string): Promise<void> {
  const query = await untilEnded(context, response, id);
  if (!query) return;
  const result = toResponseResult(query, await responseTools(context, query.job));
  if ("response" in result) response.json(result.response);
  else sendFailure(response, id, result.failure);
}
