import type { AgentJob } from "@bullpen/contracts";
import type { Response } from "express";
import type { ApiContext } from "../api-context.js";
import { ServerSentEvents } from "../http/server-sent-events.js";
import { noteFailure } from "../http/track-requests.js";
import { untilEnded } from "../queries/until-ended.js";
import { ResponseEvents } from "./response-events.js";
import { responseTools } from "./response-tools.js";

export interface StreamOptions {
  /** Of the response's query. */
  readonly id: string;
  readonly job: AgentJob;
  /** The number of the last event that the client has. Default: it has none. */
  readonly after?: number | undefined;
  /** Whether the query is cancelled when the client disconnects. */
  readonly cancels: boolean;
  /** Submits the query. Default: it was submitted before. */
  readonly submit?: () => Promise<unknown>;
}

/** Sends the events of a response from its beginning, or from where the client has them, to its end. */
export async function streamResponse(
  context: Pick<ApiContext, "queues" | "endWaiter" | "stopping" | "tools" | "answers">,
  response: Response,
  { id, job, after = -1, cancels, submit }: StreamOptions,
): Promise<void> {
  const stream = new ServerSentEvents(response);
  const toolOf = await responseTools(context, job);
  const events = new ResponseEvents({
    emit: (event) => {
      if (event.sequence_number > after) stream.send(event, event.type);
    },
    toolOf,
  });
  let isReading = false;
  /** The first piece of the answer tells that all turns before it are recorded. */
  const placeAnswer = async () => {
    if (isReading || !events.hasBegun) return;
    isReading = true;
    // Without Redis the next piece asks again, and the end has the whole answer.
    const query = await context.queues.find(id).catch(() => undefined);
    if (query) events.answering(query);
    isReading = false;
  };
  const unlisten = await context.answers.listen(id, (piece) => {
    if (events.add(piece)) void placeAnswer();
  });
  try {
    // A refusal here still has its own status: the stream has not begun.
    await submit?.();
    const begun = await context.queues.find(id);
    if (!begun) throw new Error(`${id} was lost before its end`);
    stream.open();
    events.begin(begun);
    const query = await untilEnded(context, response, id, {
      onRead: (read) => events.advance(read),
      cancels,
    });
    if (!query) return;
    const { outcome } = query;
    if (outcome.status === "failed") noteFailure(response, { code: outcome.error.code, query_id: id });
    events.end({ ...query, status: outcome.status });
  } finally {
    await unlisten();
    stream.close();
  }
}
