import type { BatchStatus } from "./batch.js";
import type { QueryStatus } from "./query.js";

const TERMINAL: ReadonlySet<QueryStatus | BatchStatus> = new Set([
  "completed",
  "failed",
  "cancelled",
  "expired",
]);

/**
 * Whether a query or batch in this status has ended, so that nothing about it changes any more. Has an export of its own
 * (`@bullpen/contracts/is-terminal`), so that the client needs no zod for it.
 */
export function isTerminal(status: QueryStatus | BatchStatus): boolean {
  return TERMINAL.has(status);
}
