import {
  type AcceptedChat,
  acceptChat,
  chatIdOf,
  restoreSteps,
  tierOf,
  toChatResult,
} from "@bullpen/protocol";
import type { RequestHandler, Response } from "express";
import { principalOf } from "../access/principal.js";
import { refuseOverTokens } from "../access/refuse-over-tokens.js";
import type { ApiContext } from "../api-context.js";
import { noteFailure } from "../http/track-requests.js";
import { acceptOptions } from "../queries/accept-options.js";
import { type AdmissionNeeds, admitQuery } from "../queries/admit-query.js";
import { refuseWhenFull } from "../queries/refuse-when-full.js";
import { sendFailure } from "../queries/send-failure.js";
import { untilEnded } from "../queries/until-ended.js";
import { ChatStream } from "./chat-stream.js";

type Waiting = Pick<ApiContext, "queues" | "endWaiter" | "stopping">;
type Needs = Waiting &
  AdmissionNeeds &
  Pick<ApiContext, "tools" | "defaultModel" | "agentDefaults" | "memory" | "answers" | "usage">;

/**
 * `POST /v1/chat/completions`: runs the agent on the conversation, ahead of all batches, and answers when
 * it has ended; with `stream: true` by server-sent events. A client that disconnects cancels its query.
 */
export function completeChat(context: Needs): RequestHandler {
  return async (request, response) => {
    const principal = principalOf(request);
    await refuseWhenFull(context);
    await refuseOverTokens(context, principal, response);
    const accepted = acceptChat(request.body, await acceptOptions(context, principal));
    const find = (queryId: string) => context.queues.find(queryId);
    const chat = { ...accepted, job: await restoreSteps(accepted.job, find) };
    const { id, submit } = await admitQuery(context, request, response, { job: chat.job, waits: true });
    if (chat.stream) await streamAnswer(context, response, { id, chat, submit });
    else {
      await submit();
      await sendAnswer(context, response, id);
    }
  };
}

async function sendAnswer(context: Waiting, response: Response, id: string): Promise<void> {
  const query = await untilEnded(context, response, id);
  if (!query) return;
  const result = toChatResult(query);
  if ("completion" in result) response.json(result.completion);
  else sendFailure(response, id, result.failure);
}

async function streamAnswer(
  context: Waiting & Pick<ApiContext, "answers">,
  response: Response,
  { id, chat, submit }: { id: string; chat: AcceptedChat; submit: () => Promise<unknown> },
): Promise<void> {
  const created = Math.floor(Date.now() / 1_000);
  const stream = new ChatStream(response, {
    id: chatIdOf(id),
    created,
    model: chat.job.model,
    ...tierOf(chat.job),
  });
  const unlisten = await context.answers.listen(id, (piece) => stream.add(piece));
  try {
    // A refusal here still has its own status: the stream has not begun.
    await submit();
    stream.open();
    const query = await untilEnded(context, response, id);
    if (!query) return;
    const result = toChatResult(query);
    if ("completion" in result) stream.finish(result.completion, chat.includeUsage);
    else {
      noteFailure(response, { code: result.failure.body.error.code, query_id: id });
      stream.fail(result.failure.body);
    }
  } finally {
    await unlisten();
    stream.close();
  }
}
