import {
  type AgentJob,
  agentQueueName,
  CHUNK_QUEUE,
  isId,
  type Outcome,
  type Transcript,
} from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX, repliesOf } from "@bullpen/redis/commands";
import { FairShare } from "../fairness/fair-share.js";
import type { AgentQueues } from "../queries/agent-queues.js";
import { budgetKey, DUE_KEY, transcriptKey } from "../queries/query-keys.js";
import { addJobs, placeQueries, recordQueries } from "../queries/submit.js";
import { QueuePool } from "../queue-pool.js";
import { damagedTranscript, parseTranscript } from "../transcripts/transcript-store.js";

/** A line's query. Its id is derived from batch and line. */
export interface LineQuery {
  readonly id: string;
  readonly job: AgentJob;
}

/** The state of a line's query. */
export interface LineRecord {
  readonly transcript: Transcript;
  /** Unix milliseconds; `undefined` when it was never submitted, or Redis has lost it. */
  readonly createdAt: number | undefined;
}

/** Commands in one pipeline: few enough that other clients of Redis do not wait. */
const PIPELINE_LENGTH = 200;

/** Most queries of one chunk that are read to be ended; a chunk has some hundred. */
const MOST_CHILDREN = 10_000;

/**
 * The queries of a batch's lines: children of their chunk's job, in no tenant's index, removed when the results
 * of their chunk are in storage.
 */
export class LineQueries {
  readonly #redis: Redis;
  readonly #agents: AgentQueues;
  readonly #fairShare: FairShare;
  readonly #queues: QueuePool;

  constructor(options: { redis: Redis; agents: AgentQueues }) {
    this.#redis = options.redis;
    this.#agents = options.agents;
    this.#fairShare = new FairShare(options);
    this.#queues = new QueuePool(options.redis);
  }

  /** Enqueues queries as children of a chunk's job. Those whose job exists already stay as they are. */
  async submit(chunkJobId: string, queries: readonly LineQuery[]): Promise<void> {
    const placed = await placeQueries(this.#fairShare, queries);
    for (const part of parts(placed)) await recordQueries(this.#redis, part, { isListed: false });
    for (const part of parts(placed)) {
      await addJobs(this.#queues, part, {
        parent: { id: chunkJobId, queue: `${KEY_PREFIX}:${CHUNK_QUEUE}` },
        ignoreDependencyOnFailure: true,
        // The end is in the transcript until the results of the chunk are written.
        removeOnComplete: true,
        removeOnFail: true,
      });
    }
  }

  /** The states of queries, in the order of their ids. */
  async read(ids: readonly string[]): Promise<LineRecord[]> {
    const records: LineRecord[] = [];
    for (const part of parts(ids)) {
      const pipeline = this.#redis.pipeline();
      for (const id of part) pipeline.hgetall(transcriptKey(id));
      for (const reply of repliesOf(await pipeline.exec())) {
        // A cast: the form that ioredis gives HGETALL's reply.
        const fields = reply as Record<string, string> | undefined;
        const transcript = fields ? parseTranscript(fields) : damagedTranscript([], "all of it");
        records.push({ transcript, createdAt: Number(fields?.created) || undefined });
      }
    }
    return records;
  }

  /**
   * Ends those of a chunk's queries that have not ended; returns how many. A query that no worker holds is
   * removed from the queue at once, so that a halted batch ends while there is no worker, too.
   */
  async end(model: string, chunkJobId: string, outcome: Outcome): Promise<number> {
    const job = await this.#queues.get(CHUNK_QUEUE).getJob(chunkJobId);
    const dependencies = await job?.getDependencies({ unprocessed: { count: MOST_CHILDREN } });
    const ids = (dependencies?.unprocessed ?? []).map((key) => key.slice(key.lastIndexOf(":") + 1));
    let ended = 0;
    for (const part of parts(ids.filter((id) => isId("query", id)))) {
      const results = await Promise.all(part.map((id) => this.#endOne(model, id, outcome)));
      ended += results.filter(Boolean).length;
    }
    return ended;
  }

  async #endOne(model: string, id: string, outcome: Outcome): Promise<boolean> {
    const isNew = await this.#agents.end(id, outcome);
    // Fails while a worker holds the lock; that worker drops the query when it sees the cancellation.
    await this.#queues
      .get(agentQueueName(model))
      .remove(id)
      .catch(() => {});
    return isNew;
  }

  /** Removes everything that Redis holds of queries whose results are in storage. */
  async forget(ids: readonly string[]): Promise<void> {
    for (const part of parts(ids)) {
      const pipeline = this.#redis.pipeline();
      for (const id of part) pipeline.del(transcriptKey(id)).zrem(DUE_KEY, id);
      const failed = (await pipeline.exec())?.find(([error]) => error)?.[0];
      if (failed) throw failed;
    }
  }

  /** Tokens that turns of a batch with a budget have used, by the `budget_field` of their queries. */
  async usedTokens(batchId: string): Promise<Map<string, number>> {
    const fields = Object.entries(await this.#redis.hgetall(budgetKey(batchId)));
    return new Map(fields.map(([field, tokens]) => [field, Number(tokens) || 0]));
  }

  /** Removes what is stored of a batch's share of its model, and of its budget. */
  async forgetShare(model: string, shareKey: string): Promise<void> {
    await this.#redis.del(budgetKey(shareKey));
    await this.#fairShare.forget(model, shareKey);
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }
}

function* parts<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += PIPELINE_LENGTH) {
    yield items.slice(start, start + PIPELINE_LENGTH);
  }
}
