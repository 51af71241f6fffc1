import { agentQueueName } from "@bullpen/contracts";
import { KEY_PREFIX } from "@bullpen/redis/commands";

/** The key of a query's transcript; see `TranscriptStore`. */
export function transcriptKey(queryId: string): string {
  return `${KEY_PREFIX}:transcript:${queryId}`;
}

/** BullMQ's key of a query's job. */
export function agentJobKey(model: string, queryId: string): string {
  return `${KEY_PREFIX}:${agentQueueName(model)}:${queryId}`;
}

/** The key of the index of a tenant's queries: a sorted set of ids, which sort by creation time. */
export function indexKey(tenant: string): string {
  return `${KEY_PREFIX}:queries:${tenant}`;
}

/**
 * A sorted set of query ids by the time, in Unix milliseconds, at which something is due: a query that has not
 * ended expires then, one that has ended is removed. The end moves a query from the one time to the other, so
 * every query in Redis is a member once.
 */
export const DUE_KEY = `${KEY_PREFIX}:due`;

/** The field of a transcript that says that its query was removed, and waits for the sweep. */
export const REMOVED_FIELD = "removed";

/** What a batch with a budget has used, as far as its results are not in storage: a hash of tokens by `budget_field`. */
export function budgetKey(batchId: string): string {
  return `${KEY_PREFIX}:batch-tokens:${batchId}`;
}
