import type { BatchStatus } from "@bullpen/contracts";
import type { BatchView } from "@bullpen/protocol";
import { type BatchState, countsOf, type Plan, statusOf, usageOf } from "@bullpen/storage";

/** A batch as callers see it. */
export function toBatchView(state: BatchState, now: number): BatchView {
  const { manifest, plan, rejection, halt, finalizing, end } = state;
  const status = statusOf(state);
  const counts = end ?? countsOf(state.parts);
  const usage = end?.usage ?? usageOf(state.parts);
  const endedAt = (wanted: BatchStatus) => (end?.status === wanted ? seconds(end.at) : null);
  return {
    id: manifest.id,
    object: "batch",
    endpoint: manifest.endpoint,
    model: plan?.model ?? null,
    errors: rejection ? { object: "list", data: rejection.errors } : null,
    input_file_id: manifest.input_file_id,
    completion_window: manifest.completion_window,
    status,
    output_file_id: end?.output_file_id ?? null,
    error_file_id: end?.error_file_id ?? null,
    created_at: seconds(manifest.created_at),
    in_progress_at: plan ? seconds(plan.in_progress_at) : null,
    expires_at: seconds(manifest.expires_at),
    finalizing_at: finalizing ? seconds(finalizing.at) : null,
    completed_at: endedAt("completed"),
    failed_at: rejection ? seconds(rejection.failed_at) : null,
    expired_at: endedAt("expired"),
    cancelling_at: halt?.reason === "cancelled" ? seconds(halt.at) : null,
    cancelled_at: endedAt("cancelled"),
    request_counts: { total: plan?.lines ?? 0, completed: counts.completed, failed: counts.failed },
    usage: {
      input_tokens: usage.input_tokens,
      input_tokens_details: { cached_tokens: usage.cached_tokens },
      output_tokens: usage.output_tokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: usage.input_tokens + usage.output_tokens,
    },
    metadata: manifest.metadata,
    bullpen: plan && !end ? paceOf(plan, counts.completed + counts.failed, now) : null,
  };
}

function paceOf(plan: Plan, ended: number, now: number): BatchView["bullpen"] {
  const elapsed = (now - plan.in_progress_at) / 1_000;
  if (ended === 0 || elapsed <= 0) return null;
  const rate = ended / elapsed;
  return { lines_per_second: round(rate), seconds_left: Math.ceil((plan.lines - ended) / rate) };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1_000);
}
