import type { BatchStatus, QueryStatus } from "@bullpen/contracts";

const TERMINAL: ReadonlySet<string> = new Set(["completed", "failed", "expired", "cancelled"]);

/** Whether a query or batch in this status has ended: nothing about it changes any more. */
export function isTerminal(status: QueryStatus | BatchStatus): boolean {
  return TERMINAL.has(status);
}
