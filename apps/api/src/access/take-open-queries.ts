import type { AgentJob } from "@bullpen/contracts";
import type { Principal } from "@bullpen/storage";
import type { ApiContext } from "../api-context.js";
import { QuotaError } from "./quota-error.js";
import type { Quota } from "./quotas.js";

/** A few of those that are open end within this time, wherever models are served. */
const RETRY_AFTER_SECONDS = 5;

export interface NewQueries {
  readonly jobs: readonly AgentJob[];
  /** Called where there is a limit: the id of each job. */
  readonly ids: () => readonly string[];
}

/**
 * Counts queries against what their key and tenant may have open at a time.
 *
 * @returns the ids that were counted, to be submitted under; `undefined` where there is no limit.
 * @throws {QuotaError} when there is no room for all of them. None is counted then.
 */
export async function takeOpenQueries(
  { quotas, openQueries }: Pick<ApiContext, "quotas" | "openQueries">,
  principal: Principal,
  wanted: NewQueries,
): Promise<readonly string[] | undefined> {
  const limits = await quotas.of(principal, "queued_queries");
  if (limits.length === 0) return undefined;
  const ids = wanted.ids();
  const queries = wanted.jobs.map(({ limits: { timeout_seconds } }, i) => ({
    id: ids[i] ?? "",
    deadline: Date.now() + timeout_seconds * 1_000,
  }));
  const taken: Quota[] = [];
  for (const quota of limits) {
    if (await openQueries.take(quota.subject.id, quota.limit, queries)) {
      taken.push(quota);
      continue;
    }
    for (const { subject } of taken) await openQueries.release(subject.id, queries);
    throw tooManyQueries(quota, queries.length);
  }
  return ids;
}

function tooManyQueries(quota: Quota, count: number): QuotaError {
  return new QuotaError("queue_quota_exceeded", quota, {
    what: `would have more queries that have not ended than it may, with ${count} of this request`,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    shouldRetry: count <= quota.limit,
  });
}
