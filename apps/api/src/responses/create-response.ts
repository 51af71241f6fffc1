import { acceptResponse, responseIdOf, toResponse, toResponseResult } from "@bullpen/protocol";
import type { RequestHandler, Response } from "express";
import { principalOf } from "../access/principal.js";
import { refuseOverTokens } from "../access/refuse-over-tokens.js";
import { takeOpenQueries } from "../access/take-open-queries.js";
import type { ApiContext } from "../api-context.js";
import { noteCreated } from "../audit/audit-requests.js";
import { idSource } from "../http/idempotent-ids.js";
import { noteFailure } from "../http/track-requests.js";
import { acceptOptions } from "../queries/accept-options.js";
import { refuseWhenFull } from "../queries/refuse-when-full.js";
import { refuseWhileUnserved } from "../queries/refuse-while-unserved.js";
import { untilEnded } from "../queries/until-ended.js";
import { responseTools } from "./response-tools.js";
import { streamResponse } from "./stream-response.js";

type Waiting = Pick<ApiContext, "queues" | "endWaiter" | "stopping" | "tools">;
type Needs = Waiting &
  Pick<
    ApiContext,
    | "models"
    | "rights"
    | "defaultModel"
    | "agentDefaults"
    | "memory"
    | "idempotency"
    | "answers"
    | "quotas"
    | "openQueries"
    | "usage"
  >;

/**
 * `POST /v1/responses`: runs the agent on the conversation and answers when it has ended; with `stream: true` by
 * server-sent events, with `background: true` at once. A client that disconnects from a response that is not in the background cancels its query.
 */
export function createResponse(context: Needs): RequestHandler {
  return async (request, response) => {
    const principal = principalOf(request);
    const { tenant } = principal;
    await refuseWhenFull(context);
    await refuseOverTokens(context, principal, response);
    const options = await acceptOptions(context, principal);
    const { job, stream } = await acceptResponse(request.body, options, (queryId) =>
      context.queues.find(queryId),
    );
    const isBackground = job.response?.background === true;
    if (!isBackground) await refuseWhileUnserved(context, tenant, job.model);
    const nextId = await idSource(context, request, tenant, request.body);
    const id = nextId("query");
    await takeOpenQueries(context, principal, { jobs: [job], ids: () => [id] });
    const submit = async () => {
      await context.queues.submit([job], { ids: [id] });
      noteCreated(response, [responseIdOf(id)]);
    };
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
  else {
    noteFailure(response, { code: result.failure.body.error.code, query_id: id });
    // The end of a query is final: the same request would do the same work again.
    response.setHeader("x-should-retry", "false");
    response.status(result.failure.status).json(result.failure.body);
  }
}
