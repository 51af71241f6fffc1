import { setTimeout as sleep } from "node:timers/promises";
import { type AgentJob, agentQueueName, CHUNK_QUEUE, isId } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX, repliesOf } from "@bullpen/redis/commands";
import { FairShare, placeFields, shareKeyOf } from "../fairness/fair-share.js";
import { agentJobKey, DUE_KEY } from "../queries/query-keys.js";
import { QueuePool } from "../queue-pool.js";
import type { LineQuery } from "./line-queries.js";

/** Queries that one round of commands concerns: Redis is done with it in about a millisecond. */
const PART = 100;
/** Between two parts other clients of Redis are served. */
const PAUSE_MS = 10;
/** Most queries of one chunk; a chunk has some hundred. */
const MOST_CHILDREN = 10_000;

/** Where a chunk's queries are: its job, and the model that they wait for. */
export interface WaitingChunk {
  readonly model: string;
  readonly chunkJobId: string;
}

/**
 * The queries of a batch's lines that no worker has begun. They can be taken out of the queue while their batch is held,
 * and get other places when its priority changes.
 */
export class WaitingLines {
  readonly #redis: Redis;
  readonly #fairShare: FairShare;
  readonly #queues: QueuePool;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#fairShare = new FairShare({ redis });
    this.#queues = new QueuePool(redis);
  }

  /**
   * Takes the queries of a chunk that have not begun out of their queue. One that a worker takes meanwhile goes on. When
   * none is left the chunk is woken.
   */
  async withdraw({ model, chunkJobId }: WaitingChunk): Promise<void> {
    const queue = this.#queues.get(agentQueueName(model));
    for (const part of parts(await this.#unfinished(chunkJobId))) {
      const waiting = await this.#prioritized(model, part);
      // Fails while a worker holds the lock.
      await Promise.all(waiting.map((id) => queue.remove(id).catch(() => {})));
    }
  }

  /** Of some queries those that have no job. */
  async withoutJob(model: string, queries: readonly LineQuery[]): Promise<LineQuery[]> {
    const missing: LineQuery[] = [];
    for (const part of parts(queries)) {
      const pipeline = this.#redis.pipeline();
      for (const { id } of part) pipeline.exists(agentJobKey(model, id));
      const replies = repliesOf(await pipeline.exec());
      missing.push(...part.filter((_, i) => replies[i] === 0));
    }
    return missing;
  }

  /** Keeps queries from expiring that have had turns, while they have no job. */
  async suspend(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#redis.zrem(DUE_KEY, ...ids);
  }

  /**
   * Whether a batch's waiting queries are to get other places, which this process then gives them: the priority is not
   * the one that was noted last, nor, where none is noted, the batch's first.
   */
  async notePriority(batchId: string, priority: number, first: number): Promise<boolean> {
    const key = `${KEY_PREFIX}:batch-priority:${batchId}`;
    const noted = await this.#redis.set(key, priority, "EX", NOTED_SECONDS, "GET");
    return Number(noted ?? first) !== priority;
  }

  /** Begins a batch's share at the model's present again: its places so far are given up. */
  async restartShare(model: string, shareKey: string): Promise<void> {
    await this.#fairShare.restart(model, shareKey);
  }

  /** Gives the queries of a chunk that have not begun places of a share with another weight. */
  async replace(
    { model, chunkJobId }: WaitingChunk,
    activeShares: number,
    signal: AbortSignal,
  ): Promise<void> {
    for (const part of parts(await this.#unfinished(chunkJobId))) {
      if (signal.aborted) return;
      const waiting = await this.#prioritized(model, part);
      await this.#replacePart(model, waiting, activeShares);
      await sleep(PAUSE_MS);
    }
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }

  async #replacePart(model: string, ids: readonly string[], flows: number): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const id of ids) pipeline.hget(agentJobKey(model, id), "data");
    const replies = ids.length === 0 ? [] : repliesOf(await pipeline.exec());
    const jobs = ids.flatMap((id, i) => {
      const data = replies[i];
      // A cast: BullMQ wrote the payload that this package gave it.
      return typeof data === "string" ? [{ id, job: JSON.parse(data) as AgentJob }] : [];
    });
    const [first] = jobs;
    if (!first) return;
    const share = shareKeyOf(first.job);
    const tiers = jobs.map(({ job }) => job.service_tier);
    const places = await this.#fairShare.reserve(model, share, first.job.class, jobs.length, flows, tiers);
    const moved = jobs.flatMap(({ id, job }, i) => {
      const place = places[i];
      if (!place) return [];
      return [
        { id, priority: place.priority, data: JSON.stringify({ ...job, flows, ...placeFields(place) }) },
      ];
    });
    await this.#fairShare.move(model, moved);
  }

  /** The ids of a chunk's queries that have not ended. */
  async #unfinished(chunkJobId: string): Promise<string[]> {
    const job = await this.#queues.get(CHUNK_QUEUE).getJob(chunkJobId);
    const dependencies = await job?.getDependencies({ unprocessed: { count: MOST_CHILDREN } });
    const ids = (dependencies?.unprocessed ?? []).map((key) => key.slice(key.lastIndexOf(":") + 1));
    return ids.filter((id) => isId("query", id)).sort();
  }

  /** Of some queries those that wait for their first turn, or for another attempt. */
  async #prioritized(model: string, ids: readonly string[]): Promise<string[]> {
    const waiting = `${KEY_PREFIX}:${agentQueueName(model)}:prioritized`;
    const pipeline = this.#redis.pipeline();
    for (const id of ids) pipeline.zscore(waiting, id);
    const scores = ids.length === 0 ? [] : repliesOf(await pipeline.exec());
    return ids.filter((_, i) => typeof scores[i] === "string");
  }
}

/** Longer than any batch runs. */
const NOTED_SECONDS = 30 * 86_400;

function* parts<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += PART) yield items.slice(start, start + PART);
}
