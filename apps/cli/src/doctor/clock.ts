import { formatMilliseconds } from "../output/format.js";

/** Deadlines and times of queries are compared between hosts: a second is nothing to them, more can be seen. */
export const CLOCK_LIMIT_MS = 1_000;

/** `clock is 3.2 s ahead of` */
export function describeSkew(aheadMs: number): string {
  return `clock is ${formatMilliseconds(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead of" : "behind"}`;
}
