import { tenantCallsKey } from "../caller-tools/call-keys.js";
import { findQuery } from "./find.js";
import type { QueryContext } from "./query-context.js";
import { indexKey } from "./query-keys.js";
import type { QueryRecord } from "./query-record.js";
import { mayBeSubmitting } from "./submit.js";

export interface ListedQuery {
  readonly id: string;
  /** `undefined` for an id whose query is no longer kept. */
  readonly record: QueryRecord | undefined;
}

/**
 * A page of a tenant's queries, newest first. Ids sort by creation time, so the index is read in the order of
 * the ids. An id whose query is no longer kept has no record, and is removed from the index.
 *
 * @param page.after the last id of the page before. Default: the first page.
 */
export async function listQueries(
  context: Pick<QueryContext, "redis" | "queues" | "transcripts">,
  tenant: string,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<ListedQuery[]> {
  const { redis } = context;
  const from = after === undefined ? "+" : `(${after}`;
  const ids = await redis.zrange(indexKey(tenant), from, "-", "BYLEX", "REV", "LIMIT", 0, limit);
  const page = await Promise.all(ids.map(async (id) => ({ id, record: await findQuery(context, id) })));
  // The index is written before the job: a young id without a record is about to get one.
  const gone = page.filter(({ id, record }) => !record && !mayBeSubmitting(id));
  if (gone.length > 0) await redis.zrem(indexKey(tenant), ...gone.map(({ id }) => id));
  return page;
}

/**
 * A page of a tenant's queries that wait for results of the caller's own tools, those of batches included, newest
 * first.
 *
 * @param page.after the last id of the page before. Default: the first page.
 */
export async function listRequiringAction(
  context: Pick<QueryContext, "redis" | "queues" | "transcripts">,
  tenant: string,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<ListedQuery[]> {
  const from = after === undefined ? "+" : `(${after}`;
  const range = ["BYLEX", "REV", "LIMIT", 0, limit] as const;
  const jobIds = await context.redis.zrange(tenantCallsKey(tenant), from, "-", ...range);
  const ids = jobIds.map((jobId) => jobId.slice(0, jobId.lastIndexOf("-")));
  return Promise.all(ids.map(async (id) => ({ id, record: await findQuery(context, id) })));
}
