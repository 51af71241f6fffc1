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
import { FairShare, placeFields } from "../fairness/fair-share.js";
import { type AgentQueues, jobOptions, titleOf } from "../queries/agent-queue.js";
import { DUE_KEY, transcriptKey } from "../queries/query-keys.js";
import { QueuePool } from "../queue-pool.js";
import { damagedTranscript, parseTranscript } from "../transcripts/transcript-store.js";

/** A line's query. Its id follows from batch and line. */
export interface LineQuery {
  readonly id: string;
  readonly job: AgentJob;
}

/** What has become of a line's query. */
export interface LineRecord {
  readonly transcript: Transcript;
  /** Unix milliseconds; `undefined` when it was never submitted, or Redis has lost it. */
  readonly createdAt: number | undefined;
}

/** Commands that go to Redis in one piece: few enough to leave it to the others. */
const PIPELINE_LENGTH = 200;

/**
 * The queries of a batch's lines: children of their chunk's job, in no index, gone when their chunk's part
 * stands in storage.
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

  /** Enqueues queries as children of a chunk's job. Those that are there already stay as they are. */
  async submit(chunkJobId: string, queries: readonly LineQuery[]): Promise<void> {
    const [first] = queries;
    if (!first) return;
    const { model, tenant, flow: shareKey = tenant, flows: activeShares } = first.job;
    const places = await this.#fairShare.reserve(
      model,
      shareKey,
      first.job.class,
      queries.length,
      activeShares,
    );
    const now = Date.now();
    await this.#inPipelines(queries, (pipeline, { id, job }) => {
      pipeline.hset(transcriptKey(id), { model, tenant, created: now });
      pipeline.zadd(DUE_KEY, now + job.limits.timeout_seconds * 1_000, id);
    });
    const queue = this.#queues.get(agentQueueName(model));
    for (const part of parts(queries.map((query, i) => ({ ...query, place: places[i] })))) {
      await queue.addBulk(
        part.map(({ id, job, place }) => {
          if (!place) throw new Error("a place was reserved for every query");
          return {
            name: titleOf(job.query),
            data: { ...job, ...placeFields(place) },
            opts: {
              ...jobOptions({ id, priority: place.priority }),
              parent: { id: chunkJobId, queue: `${KEY_PREFIX}:${CHUNK_QUEUE}` },
              ignoreDependencyOnFailure: true,
              // Its end lives on in the transcript until the part is written.
              removeOnComplete: true,
              removeOnFail: true,
            },
          };
        }),
      );
    }
  }

  /** What has become of queries, in the order of their ids. */
  async read(ids: readonly string[]): Promise<LineRecord[]> {
    const records: LineRecord[] = [];
    for (const part of parts(ids)) {
      const pipeline = this.#redis.pipeline();
      for (const id of part) pipeline.hgetall(transcriptKey(id));
      for (const reply of repliesOf(await pipeline.exec())) {
        // A cast: HGETALL's reply as ioredis forms it.
        const fields = reply as Record<string, string> | undefined;
        const transcript = fields ? parseTranscript(fields) : damagedTranscript([], "all of it");
        records.push({ transcript, createdAt: Number(fields?.created) || undefined });
      }
    }
    return records;
  }

  /**
   * Ends those of a chunk's queries that are still on their way; returns how many. One that no worker holds
   * leaves the queue at once, so that a halted batch ends also while there is no worker.
   */
  async end(model: string, chunkJobId: string, outcome: Outcome): Promise<number> {
    const job = await this.#queues.get(CHUNK_QUEUE).getJob(chunkJobId);
    const dependencies = await job?.getDependencies({ unprocessed: { count: 10_000 } });
    const ids = (dependencies?.unprocessed ?? []).map((key) => key.slice(key.lastIndexOf(":") + 1));
    let ended = 0;
    for (const part of parts(ids.filter((id) => isId("query", id)))) {
      const results = await Promise.all(part.map((id) => this.#endOne(model, id, outcome)));
      ended += results.filter(Boolean).length;
    }
    return ended;
  }

  async #endOne(model: string, id: string, outcome: Outcome): Promise<boolean> {
    const isNew = await this.#agents.endFromOutside(id, outcome);
    // Refused while a worker holds the query or its tool call: that worker puts it down then.
    await this.#queues
      .get(agentQueueName(model))
      .remove(id)
      .catch(() => {});
    return isNew;
  }

  /** Removes all that Redis holds of queries whose lines stand in storage. */
  async forget(ids: readonly string[]): Promise<void> {
    await this.#inPipelines(ids, (pipeline, id) => {
      pipeline.del(transcriptKey(id));
      pipeline.zrem(DUE_KEY, id);
    });
  }

  /** Removes what is kept of a batch's share of its model. */
  async forgetShare(model: string, shareKey: string): Promise<void> {
    await this.#fairShare.forget(model, shareKey);
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }

  async #inPipelines<T>(
    items: readonly T[],
    add: (pipeline: ReturnType<Redis["pipeline"]>, item: T) => void,
  ): Promise<void> {
    for (const part of parts(items)) {
      const pipeline = this.#redis.pipeline();
      for (const item of part) add(pipeline, item);
      const failed = (await pipeline.exec())?.find(([error]) => error)?.[0];
      if (failed) throw failed;
    }
  }
}

function* parts<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += PIPELINE_LENGTH) {
    yield items.slice(start, start + PIPELINE_LENGTH);
  }
}
