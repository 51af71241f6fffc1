import { randomBytes } from "node:crypto";

let sequence = 0;

/**
 * A new id such as `query_0mhv3k2a1000f3c9d1e07ab2c`. Ids of one prefix sort by creation time:
 * 9 characters of milliseconds, 3 of a per-process sequence (both base 36), then 48 random bits.
 */
export function newId(prefix: "query"): string {
  sequence = (sequence + 1) % 36 ** 3;
  const time = Date.now().toString(36).padStart(9, "0");
  const order = sequence.toString(36).padStart(3, "0");
  return `${prefix}_${time}${order}${randomBytes(6).toString("hex")}`;
}

const QUERY_ID = /^query_[0-9a-z]{24}$/;

export function isQueryId(text: string): boolean {
  return QUERY_ID.test(text);
}

/** When a query's id was made, in Unix milliseconds. */
export function queryIdTime(id: string): number {
  return Number.parseInt(id.slice("query_".length, "query_".length + 9), 36);
}

/** The id of the job that runs the tool call of one step: the same for every worker that adds it. */
export function toolJobId(queryId: string, step: number): string {
  return `${queryId}-${step}`;
}
