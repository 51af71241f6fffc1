import {
  type AgentJob,
  agentQueueName,
  idTime,
  isTerminal,
  modelNameSchema,
  newId,
  type Outcome,
  PRIORITY,
} from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { isUnreadable, KEY_PREFIX } from "@bullpen/redis/commands";
import type { Job, JobState } from "bullmq";
import { FairShare, type Place, placeFields } from "../fairness/fair-share.js";
import { QueuePool } from "../queue-pool.js";
import { type DueQuery, readDue, removeQuery } from "../recovery/due.js";
import { StrandedQueries } from "../recovery/stranded.js";
import { awaitsObservation, parseTranscript, TranscriptStore } from "../transcripts/transcript-store.js";
import { announceCancellation } from "./cancellation.js";
import { DUE_KEY, indexKey, transcriptKey } from "./query-keys.js";
import { type QueryRecord, toRecord } from "./query-record.js";

/** States that are counted; `not_completed` are the failed, the cancelled and the expired. */
export type QueryCount = "queued" | "running" | "waiting_for_tool" | "completed" | "not_completed";

/** No submission takes longer than this between writing the index and adding the jobs. */
const SUBMISSION_MS = 60_000;

/** Queries that one sweep looks at: few enough to leave Redis to the others. */
const SWEEP_LIMIT = 500;

const TITLE_LENGTH = 60;

export interface AgentQueuesOptions {
  readonly redis: Redis;
  /** How long a query is kept after its end. */
  readonly retentionSeconds: number;
}

/** What a sweep did. */
export interface Swept {
  readonly expired: number;
  readonly removed: number;
  /** More may be due: sweep again at once. */
  readonly hasMore: boolean;
}

/** A query about to be enqueued. */
interface Entry {
  readonly id: string;
  readonly job: AgentJob;
  readonly priority: number;
}

/** The queues of queries, one a model, seen from those who submit and ask. */
export class AgentQueues {
  readonly #redis: Redis;
  readonly #transcripts: TranscriptStore;
  readonly #fairShare: FairShare;
  readonly #queues: QueuePool;
  readonly #stranded: StrandedQueries;

  constructor(options: AgentQueuesOptions) {
    this.#redis = options.redis;
    this.#transcripts = new TranscriptStore(options);
    this.#fairShare = new FairShare(options);
    this.#queues = new QueuePool(options.redis);
    this.#stranded = new StrandedQueries(options.redis);
  }

  /**
   * Enqueues queries, those of one model all or none, and returns their ids in the same order.
   *
   * @param nextId makes the ids; one that is known already is a query submitted again, and changes nothing.
   */
  async submit(jobs: readonly AgentJob[], nextId: (kind: "query") => string = newId): Promise<string[]> {
    const queries = jobs.map((job) => ({ id: nextId("query"), job }));
    const known = nextId === newId ? new Set<string>() : await this.#known(queries);
    const fresh = queries.filter(({ id }) => !known.has(id));
    if (fresh.length > 0) await this.#enqueue(fresh);
    return queries.map(({ id }) => id);
  }

  /** The ids whose job is there. Of a submission that was cut off, there may be all but the jobs. */
  async #known(queries: readonly Pick<Entry, "id" | "job">[]): Promise<Set<string>> {
    const keys = queries.map(({ id, job }) => `${KEY_PREFIX}:${agentQueueName(job.model)}:${id}`);
    const found = await Promise.all(keys.map((key) => this.#redis.exists(key)));
    return new Set(queries.flatMap(({ id }, i) => (found[i] === 1 ? [id] : [])));
  }

  async #enqueue(queries: readonly Pick<Entry, "id" | "job">[]): Promise<void> {
    const entries = await this.#place(queries);
    await this.#index(entries);
    for (const model of new Set(queries.map(({ job }) => job.model))) {
      const group = entries.filter((entry) => entry.job.model === model);
      await this.#queue(model).addBulk(
        group.map((entry) => ({
          name: titleOf(entry.job.query),
          data: entry.job,
          opts: jobOptions(entry),
        })),
      );
    }
  }

  /** A query whose job cannot be read counts as none. */
  async find(id: string): Promise<QueryRecord | undefined> {
    try {
      return await this.#find(id);
    } catch (error) {
      if (isUnreadable(error)) return undefined;
      throw error;
    }
  }

  async #find(id: string): Promise<QueryRecord | undefined> {
    const fields = await this.#redis.hgetall(transcriptKey(id));
    const model = modelNameSchema.safeParse(fields.model).data;
    if (model === undefined) return undefined;
    const job = (await this.#queue(model).getJob(id)) as Job | undefined; // typed `any` payload: parsed in toRecord
    if (!job) return undefined;
    const recorded = parseTranscript(fields);
    const read = async () => (await this.#transcripts.read(id, `${job.queueQualifiedName}:${id}`)).transcript;
    // Until the next turn has been recorded, a tool's answer is with the query's job.
    const transcript = awaitsObservation(recorded) ? await read() : recorded;
    if (transcript.end) return toRecord(id, job, "completed", transcript);
    const state = await job.getState();
    if (state !== "completed" && state !== "failed") return toRecord(id, job, state, transcript);
    // It has ended since its transcript was read, or the queue has given it up.
    const transcriptNow = await read();
    const jobNow = (await this.#queue(model).getJob(id)) as Job | undefined; // as above
    return jobNow && toRecord(id, jobNow, state, transcriptNow);
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
    const gone = page.filter(({ id, record }) => !record && !(idTime(id) >= youngest)); // NaN: no id at all
    if (gone.length > 0) await this.#redis.zrem(indexKey(tenant), ...gone.map(({ id }) => id));
    return page;
  }

  /** Cancels a query wherever it is; `false` when it had ended before. */
  async cancel(id: string): Promise<boolean> {
    return this.endFromOutside(id, { status: "cancelled" });
  }

  /**
   * Does what is due, of some hundreds of queries at most: ends those that are past their deadline, and
   * removes those whose retention is over.
   */
  async sweep(): Promise<Swept> {
    const due = await readDue(this.#redis, SWEEP_LIMIT);
    let [expired, removed] = [0, 0];
    for (const query of due) {
      if (!query.isRemovable) {
        if (await this.#expire(query)) expired++;
        continue;
      }
      await removeQuery(this.#redis, this.#queues, query);
      removed++;
    }
    return { expired, removed, hasMore: due.length === SWEEP_LIMIT && expired + removed > 0 };
  }

  /** Puts queries back that a restart of Redis has lost from their queue; see {@link StrandedQueries}. */
  async requeueStranded(): Promise<number> {
    return this.#stranded.requeueAfterRestart();
  }

  /** Returns whether the query has expired by this. */
  async #expire(query: DueQuery): Promise<boolean> {
    const { id } = query;
    const record = await this.find(id);
    if (record?.outcome) {
      // The queue has given it up, or its record is damaged, and nobody could write its end.
      await this.#transcripts.end(id, record.outcome);
    } else if (record) {
      return this.#end(record, { status: "expired" });
    } else if (!(idTime(id) >= Date.now() - SUBMISSION_MS)) {
      // Of a submission that never came to its job, or no query at all: nothing else will end it.
      await removeQuery(this.#redis, this.#queues, query);
    }
    return false;
  }

  /** How many of a model's queries are in each state. One that comes back from a tool counts as queued. */
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
    this.#stranded.close();
    await this.#queues.close();
  }

  /**
   * Ends a query that somebody else may hold; `false` when it had ended before. Its end is written first, so that no later answer can
   * count; then whoever holds it is told, and a job that nobody holds is moved where a worker clears it
   * next.
   */
  async endFromOutside(id: string, outcome: Outcome): Promise<boolean> {
    const record = await this.find(id);
    return record !== undefined && this.#end(record, outcome);
  }

  async #end(record: QueryRecord, outcome: Outcome): Promise<boolean> {
    const { id } = record;
    if (isTerminal(record.status)) return false;
    const { isNew } = await this.#transcripts.end(id, outcome);
    if (!isNew) return false;
    const job = await this.#queue(record.job.model).getJob(id);
    // Before it is announced: who takes the job from here on sees by its place that it has ended.
    if (record.status === "queued") await job?.changePriority({ priority: PRIORITY.resumed });
    await announceCancellation(this.#redis, id);
    if (record.status === "waiting_for_tool") await job?.removeUnprocessedChildren();
    return true;
  }

  /** Gives each query its place among those of other tenants. */
  async #place(queries: readonly Pick<Entry, "id" | "job">[]): Promise<Entry[]> {
    const shareOf = (job: AgentJob) => `${job.model} ${job.class} ${job.tenant}`;
    const places = new Map<string, Place[]>();
    for (const { job } of queries) {
      const share = shareOf(job);
      if (places.has(share)) continue;
      const count = queries.filter((other) => shareOf(other.job) === share).length;
      places.set(share, await this.#fairShare.reserve(job.model, job.tenant, job.class, count));
    }
    return queries.map(({ id, job }) => {
      const place = places.get(shareOf(job))?.shift();
      if (!place) throw new Error("a place was reserved for every query");
      return { id, job: { ...job, ...placeFields(place) }, priority: place.priority };
    });
  }

  /** Index before job: an id without a job is cleared away later, a job without an id would be lost to view. */
  async #index(entries: readonly Entry[]): Promise<void> {
    const pipeline = this.#redis.pipeline();
    const now = Date.now();
    for (const { id, job } of entries) {
      pipeline.hset(transcriptKey(id), { model: job.model, tenant: job.tenant });
    }
    for (const tenant of new Set(entries.map(({ job }) => job.tenant))) {
      const ids = entries.filter(({ job }) => job.tenant === tenant).map(({ id }) => id);
      pipeline.zadd(indexKey(tenant), ...ids.flatMap((id) => [0, id]));
    }
    const due = entries.flatMap(({ id, job }) => [now + job.limits.timeout_seconds * 1_000, id]);
    pipeline.zadd(DUE_KEY, ...due);
    const replies = await pipeline.exec();
    const failed = replies?.find(([error]) => error)?.[0];
    if (failed) throw failed;
  }

  #queue(model: string) {
    return this.#queues.get(agentQueueName(model));
  }
}

/** What the dashboard shows as the job's name: the beginning of the query. */
export function titleOf(query: string): string {
  const flat = query.trim().replace(/\s+/g, " ");
  return flat.length > TITLE_LENGTH ? `${flat.slice(0, TITLE_LENGTH).toWellFormed()}…` : flat;
}

/** Nothing about removal: BullMQ keeps jobs then, until their query's retention is over (due-queries.ts). */
export function jobOptions({ id, priority }: Pick<Entry, "id" | "priority">) {
  return {
    jobId: id,
    priority,
    // One budget for the whole agent. Coming back from a tool costs none of it.
    attempts: 5,
    backoff: { type: "exponential", delay: 1_000 },
  };
}
