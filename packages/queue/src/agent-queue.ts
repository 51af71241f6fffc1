import {
  type AgentJob,
  agentJobSchema,
  agentQueueName,
  isFinished,
  newId,
  type Outcome,
  PRIORITY,
  type QueryStatus,
  queryIdTime,
  type Transcript,
} from "@bullpen/contracts";
import type { Job, JobState } from "bullmq";
import type { Redis } from "ioredis";
import { announceCancellation } from "./cancellation.js";
import { KEY_PREFIX } from "./connection.js";
import { QueuePool } from "./queue-pool.js";
import { parseTranscript, TranscriptStore, transcriptKey } from "./transcript-store.js";

/** A query as Redis holds it. */
export interface QueryRecord {
  readonly id: string;
  readonly job: AgentJob;
  readonly status: QueryStatus;
  readonly transcript: Transcript;
  /** How it ended; also for a query that the queue gave up before anybody could write its end. */
  readonly outcome: Outcome | undefined;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
}

/** States that are counted; `not_completed` are the failed and the cancelled. */
export type QueryCount = "queued" | "running" | "waiting_for_tool" | "completed" | "not_completed";

/** No submission takes longer than this between writing the index and adding the jobs. */
const SUBMISSION_MS = 60_000;

export interface AgentQueuesOptions {
  readonly redis: Redis;
  /** How long a query is kept after its end. */
  readonly retentionSeconds: number;
}

/** The queues of queries, one a model, seen from those who submit and ask. */
export class AgentQueues {
  readonly #redis: Redis;
  readonly #retentionSeconds: number;
  readonly #transcripts: TranscriptStore;
  readonly #queues: QueuePool;

  constructor(options: AgentQueuesOptions) {
    this.#redis = options.redis;
    this.#retentionSeconds = options.retentionSeconds;
    this.#transcripts = new TranscriptStore(options);
    this.#queues = new QueuePool(options.redis);
  }

  /** Enqueues queries, those of one model all or none, and returns their ids in the same order. */
  async submit(jobs: readonly AgentJob[]): Promise<string[]> {
    const entries = jobs.map((job) => ({ id: newId("query"), job }));
    await this.#index(entries);
    for (const model of new Set(jobs.map((job) => job.model))) {
      const group = entries.filter((entry) => entry.job.model === model);
      await this.#queue(model).addBulk(
        group.map(({ id, job }) => ({ name: "query", data: job, opts: this.#jobOptions(id) })),
      );
    }
    return entries.map((entry) => entry.id);
  }

  async find(id: string): Promise<QueryRecord | undefined> {
    const fields = await this.#redis.hgetall(transcriptKey(id));
    const { model } = fields;
    if (model === undefined) return undefined;
    const job = (await this.#queue(model).getJob(id)) as Job | undefined; // typed `any` payload: parsed below
    if (!job) return undefined;
    const transcript = parseTranscript(fields);
    const state = transcript.end ? "completed" : await job.getState();
    return toRecord(id, job, state, transcript);
  }

  /**
   * A page of a tenant's queries, newest first, older than `after`. Ids sort by creation time, so the
   * index is walked by id. An id whose query is no longer kept has no record, and leaves the index.
   */
  async list(
    tenant: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ id: string; record: QueryRecord | undefined }[]> {
    const from = after === undefined ? "+" : `(${after}`;
    const ids = await this.#redis.zrange(indexKey(tenant), from, "-", "BYLEX", "REV", "LIMIT", 0, limit);
    const page = await Promise.all(ids.map(async (id) => ({ id, record: await this.find(id) })));
    // The index is written before the job: a young id without a record is about to get one.
    const youngest = Date.now() - SUBMISSION_MS;
    const gone = page.filter(({ id, record }) => !record && queryIdTime(id) < youngest);
    if (gone.length > 0) await this.#redis.zrem(indexKey(tenant), ...gone.map(({ id }) => id));
    return page;
  }

  /**
   * Cancels a query wherever it is. Its end is written first, so that no later answer can count;
   * then whoever holds it is told, and a job that nobody holds is moved where a worker clears it next.
   *
   * @returns `false` when the query had ended before.
   */
  async cancel(id: string): Promise<boolean> {
    const record = await this.find(id);
    if (!record || isFinished(record.status)) return false;
    const { isNew } = await this.#transcripts.end(id, { status: "cancelled" });
    if (!isNew) return false;
    await announceCancellation(this.#redis, id);
    const job = await this.#queue(record.job.model).getJob(id);
    if (!job) return true;
    if (record.status === "queued") await job.changePriority({ priority: PRIORITY.resumed });
    if (record.status === "waiting_for_tool") await job.removeUnprocessedChildren();
    return true;
  }

  /** How many of a model's queries are in each state. A query that comes back from a tool counts as queued. */
  async counts(model: string): Promise<Record<QueryCount, number>> {
    const jobs = await this.#queue(model).getJobCounts();
    const sum = (...states: JobState[]) => states.reduce((total, state) => total + (jobs[state] ?? 0), 0);
    return {
      queued: sum("prioritized", "waiting", "delayed"),
      running: sum("active"),
      waiting_for_tool: sum("waiting-children"),
      completed: sum("completed"),
      not_completed: sum("failed"),
    };
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }

  /** Index before job: an id without a job is cleared away later, a job without an id would be lost to view. */
  async #index(entries: readonly { id: string; job: AgentJob }[]): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const { id, job } of entries) {
      pipeline.hset(transcriptKey(id), "model", job.model);
      pipeline.zadd(indexKey(job.tenant), 0, id);
    }
    const replies = await pipeline.exec();
    const failed = replies?.find(([error]) => error)?.[0];
    if (failed) throw failed;
  }

  #jobOptions(id: string) {
    return {
      jobId: id,
      priority: PRIORITY.interactive,
      // One budget for the whole agent. Coming back from a tool costs none of it.
      attempts: 5,
      backoff: { type: "exponential", delay: 1_000 },
      removeOnComplete: { age: this.#retentionSeconds, limit: 1_000 },
      removeOnFail: { age: this.#retentionSeconds, limit: 1_000 },
    };
  }

  #queue(model: string) {
    return this.#queues.get(agentQueueName(model));
  }
}

function indexKey(tenant: string): string {
  return `${KEY_PREFIX}:queries:${tenant}`;
}

function toRecord(id: string, job: Job, state: JobState | "unknown", transcript: Transcript): QueryRecord {
  const outcome = transcript.end?.outcome ?? (state === "failed" ? givenUp(job.failedReason) : undefined);
  return {
    id,
    job: agentJobSchema.parse(job.data),
    status: outcome?.status ?? liveStatus(state, transcript),
    transcript,
    outcome,
    createdAt: job.timestamp,
    finishedAt: transcript.end?.finished_at ?? (outcome && job.finishedOn),
  };
}

function liveStatus(state: JobState | "unknown", transcript: Transcript): QueryStatus {
  if (state === "waiting-children") return "waiting_for_tool";
  if (state === "active" || transcript.steps.length > 0) return "running";
  return "queued";
}

/** The outcome of a job that BullMQ failed by itself. */
export function givenUp(reason: string): Outcome {
  const stalled = reason.includes("stalled");
  return {
    status: "failed",
    error: stalled
      ? { code: "worker_lost", message: "The worker died each time that it ran this query." }
      : { code: "internal_error", message: reason },
  };
}
