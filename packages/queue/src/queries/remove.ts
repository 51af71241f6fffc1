import { QUEUE_TIMES } from "@bullpen/contracts";
import { endQuery } from "./end.js";
import type { QueryContext } from "./query-context.js";
import { DUE_KEY, indexKey, REMOVED_FIELD, transcriptKey } from "./query-keys.js";

/** A worker that held the job has dropped it by then, or died: its lock has lapsed. */
const RELEASED_MS = QUEUE_TIMES.lockMs + QUEUE_TIMES.stalledCheckMs;

/**
 * Removes a query: ends it, marks it so that nobody finds it any more, and has the sweep remove what is stored of it
 * once no worker can hold its job, which BullMQ does not remove before.
 */
export async function removeQuery(
  context: Pick<QueryContext, "redis" | "queues" | "transcripts">,
  id: string,
): Promise<void> {
  const { redis } = context;
  await endQuery(context, id, { status: "cancelled" });
  const tenant = await redis.hget(transcriptKey(id), "tenant");
  if (tenant === null) return;
  const removal = redis.multi().hset(transcriptKey(id), REMOVED_FIELD, "1");
  await removal
    .zadd(DUE_KEY, Date.now() + RELEASED_MS, id)
    .zrem(indexKey(tenant), id)
    .exec();
}
