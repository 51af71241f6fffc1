import { KEY_PREFIX } from "@bullpen/redis/commands";

/** Where a query's transcript stands; see {@link TranscriptStore}. */
export function transcriptKey(queryId: string): string {
  return `${KEY_PREFIX}:transcript:${queryId}`;
}

/** The index of a tenant's queries: a sorted set of ids, which sort by creation time. */
export function indexKey(tenant: string): string {
  return `${KEY_PREFIX}:queries:${tenant}`;
}

/**
 * Queries by the time, in Unix milliseconds, at which something is due: one that has not ended expires
 * then, one that has is removed. Its end moves it from the one time to the other, so that every query
 * that Redis holds stands here once.
 */
export const DUE_KEY = `${KEY_PREFIX}:due`;
