import { isTerminal } from "@bullpen/contracts";
import { ApiError, type EndedQuery } from "@bullpen/protocol";
import type { QueryRecord } from "@bullpen/queue";
import type { Response } from "express";
import type { ApiContext } from "../api-context.js";

export interface UntilEndedOptions {
  /** Called with the query each time that it is read before its end. */
  readonly onRead?: (query: QueryRecord) => void;
  /** Whether it is cancelled when the client disconnects. Default: true. */
  readonly cancels?: boolean;
}

/** The query after its end; `undefined` when the client has disconnected. */
export async function untilEnded(
  context: Pick<ApiContext, "queues" | "endWaiter" | "stopping">,
  response: Response,
  id: string,
  { onRead, cancels = true }: UntilEndedOptions = {},
): Promise<EndedQuery | undefined> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  let record: QueryRecord | undefined;
  const hasEnded = async () => {
    record = await context.queues.find(id);
    if (!record || isTerminal(record.status)) return true;
    onRead?.(record);
    return false;
  };
  await context.endWaiter.wait(id, hasEnded, AbortSignal.any([gone.signal, context.stopping]));
  if (gone.signal.aborted) {
    if (cancels) await context.queues.cancel(id);
    return undefined;
  }
  if (context.stopping.aborted) {
    throw new ApiError("server_stopping", "The server is stopping. Send the request again.");
  }
  if (!record?.outcome) throw new Error(`${id} was lost before its end`);
  return { ...record, outcome: record.outcome };
}
