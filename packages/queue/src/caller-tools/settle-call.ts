import {
  type CallerCall,
  type Observation,
  observationSchema,
  type ToolResult,
  toolJobId,
} from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { readRecord } from "@bullpen/redis/commands";
import type { QueuePool } from "../queue-pool.js";
import { CALLER_TOOLS_QUEUE, CALLS_DUE_KEY, type CallPlace, callJobKey, callKeys } from "./call-keys.js";
import { SETTLE_CALL } from "./call-scripts.js";

/**
 * What became of a result: written now, or before; another was written before; the query has ended; or no such call
 * waits.
 */
export type Settled = "recorded" | "repeated" | "conflict" | "ended" | "unknown";

interface Context {
  readonly redis: Redis;
  readonly queues: QueuePool;
}

export function placeOf({ tenant, model, query_id: queryId, step, tool_name: tool }: CallerCall): CallPlace {
  return { tenant, model, queryId, step, tool };
}

/**
 * Gives a call its result, once, and resumes its query. A crash in between is made up for by the next sweep.
 *
 * @param durationMs from the call to its result.
 */
export async function settleCall(
  context: Context,
  place: CallPlace,
  result: ToolResult,
  durationMs: number,
): Promise<Settled> {
  const jobId = toolJobId(place.queryId, place.step);
  const observation: Observation = { ...result, duration_ms: durationMs };
  const reply = String(
    await SETTLE_CALL.run(context.redis, callKeys(place), [
      ...[jobId, callJobKey(jobId), place.step, JSON.stringify(observation)],
    ]),
  );
  if (reply !== "unknown") await removeCall(context, jobId);
  if (!reply.startsWith(KNOWN)) return reply === "recorded" || reply === "ended" ? reply : "unknown";
  const earlier = readRecord(observationSchema, reply.slice(KNOWN.length));
  return earlier?.observation === result.observation && earlier.is_error === result.is_error
    ? "repeated"
    : "conflict";
}

const KNOWN = "known ";

/** Removes the job of a call that is settled: BullMQ then resumes the query, which finds the result. */
async function removeCall({ redis, queues }: Context, jobId: string): Promise<void> {
  await queues.get(CALLER_TOOLS_QUEUE).remove(jobId);
  await redis.zrem(CALLS_DUE_KEY, jobId);
}
