import { type AgentJob, agentQueueName, idTime, newId } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import type { JobsOptions } from "bullmq";
import {
  type FairShare,
  type Place,
  placeFields,
  pushedShareOf,
  shareKeyOf,
} from "../fairness/fair-share.js";
import type { QueuePool } from "../queue-pool.js";
import type { QueryContext } from "./query-context.js";
import { agentJobKey, DUE_KEY, indexKey, transcriptKey } from "./query-keys.js";

export interface SubmitOptions {
  /**
   * Ids of the caller's choice, one for each job. A query whose job exists already was submitted before, and
   * is left as it is. Default: new ids, for which nothing is checked.
   */
  readonly ids?: readonly string[];
}

/** A query to be enqueued. */
export interface NewQuery {
  readonly id: string;
  readonly job: AgentJob;
}

/** A query with its place in the fair share of its model. */
export interface PlacedQuery extends NewQuery {
  /** BullMQ's priority; the lowest is taken first. */
  readonly priority: number;
}

/** No submission takes longer than this between writing the index and adding the jobs. */
const SUBMISSION_MS = 60_000;

/** Enough to recognise a query on the dashboard, which shows one line for each. */
const TITLE_LENGTH = 60;

/** Enqueues queries, those of one model all or none. Returns their ids in the same order. */
export async function submitQueries(
  context: Pick<QueryContext, "redis" | "queues" | "fairShare">,
  jobs: readonly AgentJob[],
  { ids }: SubmitOptions = {},
): Promise<string[]> {
  const queries = jobs.map((job, i) => ({ id: ids?.[i] ?? newId("query"), job }));
  const known = ids ? await knownIds(context.redis, queries) : new Set<string>();
  const fresh = queries.filter(({ id }) => !known.has(id));
  if (fresh.length > 0) {
    const placed = await placeQueries(context.fairShare, fresh);
    // Index before job: an id without a job is removed later, a job without an id would be in no list.
    await recordQueries(context.redis, placed, { isListed: true });
    for (const model of new Set(placed.map(({ job }) => job.model))) {
      await addJobs(
        context.queues,
        placed.filter(({ job }) => job.model === model),
      );
    }
  }
  return queries.map(({ id }) => id);
}

/** Whether a query's id is so young that its submission may not have added its job yet. */
export function mayBeSubmitting(id: string): boolean {
  return idTime(id) >= Date.now() - SUBMISSION_MS; // NaN, of what is no id, is never
}

/** The ids whose job exists. A submission that was cut off may have written everything but the jobs. */
async function knownIds(redis: Redis, queries: readonly NewQuery[]): Promise<Set<string>> {
  const keys = queries.map(({ id, job }) => agentJobKey(job.model, id));
  const found = await Promise.all(keys.map((key) => redis.exists(key)));
  return new Set(queries.flatMap(({ id }, i) => (found[i] === 1 ? [id] : [])));
}

/** Gives each query its place among those of other shares: one command for each share, not for each query. */
export async function placeQueries(
  fairShare: FairShare,
  queries: readonly NewQuery[],
): Promise<PlacedQuery[]> {
  const shares = new Map<string, NewQuery[]>();
  for (const query of queries) {
    const share = shareOf(query.job);
    const members = shares.get(share);
    if (members) members.push(query);
    else shares.set(share, [query]);
  }
  const places = new Map<string, Place>();
  for (const members of shares.values()) {
    const [first] = members;
    if (!first) continue;
    const { model, class: queryClass, flows } = first.job;
    const shareKey = shareKeyOf(first.job);
    const tiers = members.map(({ job }) => job.service_tier);
    const reserved = await fairShare.reserve(model, shareKey, queryClass, members.length, flows, tiers);
    const pushed = pushedShareOf(first.job);
    if (pushed !== undefined) await fairShare.reserve(model, pushed, queryClass, members.length, flows);
    for (const [i, { id }] of members.entries()) {
      const place = reserved[i];
      if (place) places.set(id, place);
    }
  }
  return queries.map(({ id, job }) => {
    const place = places.get(id);
    if (!place) throw new Error("a place was reserved for every query");
    return { id, job: { ...job, ...placeFields(place) }, priority: place.priority };
  });
}

function shareOf(job: AgentJob): string {
  return `${job.model} ${job.class} ${shareKeyOf(job)}`;
}

/**
 * Writes the head of each query's transcript and its deadline, in one pipeline.
 *
 * @param options.isListed whether the queries are in their tenant's index. One that is not keeps the time of
 * its submission in its transcript.
 */
export async function recordQueries(
  redis: Redis,
  queries: readonly PlacedQuery[],
  { isListed }: { isListed: boolean },
): Promise<void> {
  const pipeline = redis.pipeline();
  const now = Date.now();
  for (const { id, job } of queries) {
    const created = isListed ? {} : { created: now };
    pipeline.hset(transcriptKey(id), { model: job.model, tenant: job.tenant, ...created });
  }
  for (const tenant of isListed ? new Set(queries.map(({ job }) => job.tenant)) : []) {
    const ids = queries.filter(({ job }) => job.tenant === tenant).map(({ id }) => id);
    pipeline.zadd(indexKey(tenant), ...ids.flatMap((id) => [0, id]));
  }
  const due = queries.flatMap(({ id, job }) => [now + job.limits.timeout_seconds * 1_000, id]);
  pipeline.zadd(DUE_KEY, ...due);
  const replies = await pipeline.exec();
  const failed = replies?.find(([error]) => error)?.[0];
  if (failed) throw failed;
}

/**
 * Adds the jobs of one model's queries, all or none.
 *
 * @param options BullMQ options of every job besides its own. Nothing about removal: without it BullMQ keeps
 * jobs until the sweep removes their query.
 */
export async function addJobs(
  queues: QueuePool,
  queries: readonly PlacedQuery[],
  options: JobsOptions = {},
): Promise<void> {
  const [first] = queries;
  if (!first) return;
  await queues.get(agentQueueName(first.job.model)).addBulk(
    queries.map(({ id, job, priority }) => ({
      name: titleOf(job.query),
      data: job,
      opts: {
        jobId: id,
        priority,
        // One budget for all turns of the query. Resuming after a tool call costs none of it.
        attempts: 5,
        backoff: { type: "exponential", delay: 1_000 },
        ...options,
      },
    })),
  );
}

/** The job's name on the dashboard: the beginning of the query, on one line. */
function titleOf(query: string): string {
  const flat = query.trim().replace(/\s+/g, " ");
  return flat.length > TITLE_LENGTH ? `${flat.slice(0, TITLE_LENGTH).toWellFormed()}…` : flat;
}
