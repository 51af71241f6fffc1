import { type CallerCall, callerCallSchema } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { readRecord, repliesOf } from "@bullpen/redis/commands";
import { z } from "zod";
import { callJobKey, toolCallsKey } from "./call-keys.js";

/** A call that waits for its result. */
export interface WaitingCall {
  readonly jobId: string;
  readonly call: CallerCall;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

const fieldsSchema = z.tuple([z.string().nullable(), z.string().nullable()]).catch([null, null]);

/** The calls of some jobs, in their order; `undefined` for a job that is gone. */
export async function readCalls(
  redis: Redis,
  jobIds: readonly string[],
): Promise<(WaitingCall | undefined)[]> {
  if (jobIds.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const jobId of jobIds) pipeline.hmget(callJobKey(jobId), "data", "timestamp");
  const replies = repliesOf(await pipeline.exec());
  return jobIds.map((jobId, i) => {
    const [data, timestamp] = fieldsSchema.parse(replies[i]);
    const call = readRecord(callerCallSchema, data);
    return call && { jobId, call, createdAt: Number(timestamp) };
  });
}

/**
 * Until when calls are handed out, in their order.
 *
 * @returns Unix milliseconds; `undefined` for a call that nobody holds.
 */
export async function readLeases(
  redis: Redis,
  calls: readonly WaitingCall[],
): Promise<(number | undefined)[]> {
  if (calls.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const { jobId, call } of calls) pipeline.zscore(toolCallsKey(call.tenant, call.tool_name), jobId);
  const now = Date.now();
  return repliesOf(await pipeline.exec()).map((score) => {
    const freeFrom = Number(score ?? 0);
    return freeFrom > now ? freeFrom : undefined;
  });
}
