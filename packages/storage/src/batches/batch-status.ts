import { type BatchStatus, type BatchUsage, isTerminal } from "@bullpen/contracts";
import type { PartMark } from "./batch-records.js";
import type { BatchState } from "./batch-state.js";

/** The records that exist decide the status. While failed lines are run again in place it is that of their batch. */
export function statusOf({ rejection, end, retry, finalizing, halt, plan }: BatchState): BatchStatus {
  if (retry) {
    const status = statusOf(retry.batch);
    if (status === "validating") return "in_progress";
    return isTerminal(status) ? "finalizing" : status;
  }
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

/** The tokens of both. */
export function addUsage(one: BatchUsage, other: BatchUsage): BatchUsage {
  return {
    input_tokens: one.input_tokens + other.input_tokens,
    cached_tokens: one.cached_tokens + other.cached_tokens,
    output_tokens: one.output_tokens + other.output_tokens,
  };
}

function sum(parts: readonly PartMark[], field: keyof PartMark): number {
  return parts.reduce((total, part) => total + part[field], 0);
}
