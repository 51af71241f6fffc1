import { toolFailure } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import type { QueuePool } from "../queue-pool.js";
import { CALLS_DUE_KEY } from "./call-keys.js";
import { readCalls } from "./read-calls.js";
import { placeOf, settleCall } from "./settle-call.js";

/** Due calls of one sweep: few enough that other clients of Redis do not wait. */
const SWEEP_LIMIT = 200;

/**
 * Ends what is due: calls that have waited their time get an observation that says so; calls that have a result and
 * whose job is still there, because a process died in between, lose it, which resumes their query.
 */
export async function sweepCalls(context: {
  readonly redis: Redis;
  readonly queues: QueuePool;
}): Promise<void> {
  const { redis } = context;
  const now = Number((await redis.time())[0]) * 1_000; // typed as a number, sent as text
  const due = await redis.zrangebyscore(CALLS_DUE_KEY, 0, now, "LIMIT", 0, SWEEP_LIMIT);
  for (const [i, waiting] of (await readCalls(redis, due)).entries()) {
    if (!waiting) {
      await redis.zrem(CALLS_DUE_KEY, due[i] ?? "");
      continue;
    }
    const { call, createdAt } = waiting;
    const failure = toolFailure(
      `nobody has answered this call of ${call.tool_name} within ${call.timeout_seconds ?? 0} seconds.`,
    );
    await settleCall(context, placeOf(call), failure, Math.max(0, Date.now() - createdAt));
  }
}
