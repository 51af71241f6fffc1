import { agentQueueName, modelNameSchema } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { isWrongType, repliesOf } from "@bullpen/redis/commands";
import { z } from "zod";
import { DUE_KEY, indexKey, transcriptKey } from "../queries/query-keys.js";
import type { QueuePool } from "../queue-pool.js";

/** A query whose time has come. */
export interface DueQuery {
  readonly id: string;
  /** Unless nothing is left of the query but its time. */
  readonly home: { readonly model: string; readonly tenant: string } | undefined;
  /** It has ended and its retention is over: it can be removed. */
  readonly isRemovable: boolean;
}

const homeSchema = z.tuple([modelNameSchema, z.string()]);

/** The queries whose time has come by Redis' own clock, longest due first, `limit` at most. */
export async function readDue(redis: Redis, limit: number): Promise<DueQuery[]> {
  const now = Number((await redis.time())[0]) * 1_000; // typed as a number, sent as text
  const ids = await redis.zrangebyscore(DUE_KEY, 0, now, "LIMIT", 0, limit);
  if (ids.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const id of ids) {
    // The end before the time: it may come just now, and moves the time.
    pipeline
      .hexists(transcriptKey(id), "end")
      .zscore(DUE_KEY, id)
      .hmget(transcriptKey(id), "model", "tenant");
  }
  // What is no transcript has no end and no home.
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
 * Removes a query on every level: job, transcript, index. BullMQ would remove old jobs by itself, but only
 * when others end, and by the clock of whichever worker ends them.
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
    if (!isWrongType(error)) throw error; // what stands in its place is no job
  }
}
