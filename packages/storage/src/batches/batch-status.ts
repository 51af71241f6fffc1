import type { BatchStatus, BatchUsage } from "@bullpen/contracts";
import type { PartMark } from "./batch-records.js";
import type { BatchState } from "./batch-store.js";

/** The records that exist decide the status. */
export function statusOf({ rejection, end, finalizing, halt, plan }: BatchState): BatchStatus {
  if (end) return end.status;
  if (rejection) return "failed";
  if (halt?.reason === "cancelled") return "cancelling";
  if (finalizing) return "finalizing";
  return plan ? "in_progress" : "validating";
}

export function countsOf(parts: readonly PartMark[]): { completed: number; failed: number } {
  return { completed: sum(parts, "completed"), failed: sum(parts, "failed") };
}

export function usageOf(parts: readonly PartMark[]): BatchUsage {
  return {
    input_tokens: sum(parts, "input_tokens"),
    cached_tokens: sum(parts, "cached_tokens"),
    output_tokens: sum(parts, "output_tokens"),
  };
}

function sum(parts: readonly PartMark[], field: keyof PartMark): number {
  return parts.reduce((total, part) => total + part[field], 0);
}
