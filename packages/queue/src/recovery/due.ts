import { agentQueueName, modelNameSchema } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { isWrongType, repliesOf } from "@bullpen/redis/commands";
import { z } from "zod";
import { DUE_KEY, indexKey, transcriptKey } from "../queries/query-keys.js";
import type { QueuePool } from "../queue-pool.js";

/** A query for which something is due. */
export interface DueQuery {
  readonly id: string;
  /** The queue and index of the query; `undefined` when nothing but its time is left of it. */
  readonly home: { readonly model: string; readonly tenant: string } | undefined;
  /** It has ended and its retention is over: it can be removed. */
  readonly isRemovable: boolean;
}

const homeSchema = z.tuple([modelNameSchema, z.string()]);

/** Up to `limit` queries that are due by Redis' own clock, longest due first. */
export async function readDue(redis: Redis, limit: number): Promise<DueQuery[]> {
  const now = Number((await redis.time())[0]) * 1_000; // typed as a number, sent as text
  const ids = await redis.zrangebyscore(DUE_KEY, 0, now, "LIMIT", 0, limit);
  if (ids.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const id of ids) {
    // The end before the time: an end that is written just now moves the time.
    pipeline
      .hexists(transcriptKey(id), "end")
      .zscore(DUE_KEY, id)
      .hmget(transcriptKey(id), "model", "tenant");
  }
  // A key that is no transcript has no end and no home.
  const replies = repliesOf(await pipeline.exec());
  return ids.map((id, i) => {
    const [isTerminal, time, home] = replies.slice(3 * i, 3 * i + 3);
    const [model, tenant] = homeSchema.safeParse(home).data ?? [];
    return {
      id,
      home: model !== undefined && tenant !== undefined ? { model, tenant } : undefined,
      isRemovable: isTerminal === 1 && time !== null && Number(time) <= now,
    };
  });
}

/**
 * Removes a query everywhere: job, transcript, index. BullMQ could remove old jobs itself, but only when other
 * jobs end, and by the clock of the worker that ends them.
 */
export async function removeQuery(redis: Redis, queues: QueuePool, { id, home }: DueQuery): Promise<void> {
  if (home) await removeJob(queues.get(agentQueueName(home.model)), id);
  const removal = redis.multi().del(transcriptKey(id)).zrem(DUE_KEY, id);
  if (home) removal.zrem(indexKey(home.tenant), id);
  await removal.exec();
}

async function removeJob(queue: ReturnType<QueuePool["get"]>, id: string): Promise<void> {
  try {
    await queue.remove(id);
  } catch (error) {
    if (!isWrongType(error)) throw error; // the key holds no job
  }
}
