import { type BatchStatus, type BatchUsage, isTerminal } from "@bullpen/contracts";
import type { BatchView } from "@bullpen/protocol";
import {
  addUsage,
  type BatchState,
  type Controls,
  countsOf,
  holdOf,
  statusOf,
  usageOf,
} from "@bullpen/storage";
import { costOf, type Prices } from "../usage/prices.js";

/** A batch as callers see it. */
export function toBatchView(state: BatchState, now: number, prices: Prices | undefined): BatchView {
  const { manifest, plan, rejection, end, retry, endNumber } = state;
  const status = statusOf(state);
  const { paused_at, exhausted } = state.controls;
  const { counts, usage } = progressOf(state);
  // What the batch itself went through before says nothing of a retry in place.
  const { halt, finalizing } =
    retry?.batch ?? (endNumber === 0 ? state : { halt: undefined, finalizing: end });
  const ended = retry ? undefined : end;
  const endedAt = (wanted: BatchStatus) => (ended?.status === wanted ? seconds(ended.at) : null);
  return {
    id: manifest.id,
    object: "batch",
    endpoint: manifest.endpoint,
    model: plan?.model ?? null,
    errors: errorsOf(state, status),
    input_file_id: manifest.input_file_id,
    completion_window: manifest.completion_window,
    status,
    output_file_id: ended?.output_file_id ?? null,
    error_file_id: ended?.error_file_id ?? null,
    created_at: seconds(manifest.created_at),
    in_progress_at: plan ? seconds(plan.in_progress_at) : null,
    expires_at: seconds(expiryOf(retry?.batch ?? state, now)),
    finalizing_at: finalizing ? seconds(finalizing.at) : null,
    completed_at: endedAt("completed"),
    failed_at: rejection ? seconds(rejection.failed_at) : null,
    expired_at: endedAt("expired"),
    cancelling_at: halt?.reason === "cancelled" ? seconds(halt.at) : null,
    cancelled_at: endedAt("cancelled"),
    request_counts: { total: plan?.lines ?? 0, ...counts },
    usage: {
      input_tokens: usage.input_tokens,
      input_tokens_details: { cached_tokens: usage.cached_tokens },
      output_tokens: usage.output_tokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: usage.input_tokens + usage.output_tokens,
    },
    metadata: manifest.metadata,
    bullpen: {
      ...forecastOf(retry?.batch ?? state, now),
      priority: state.controls.priority,
      paused_at: paused_at === null || isTerminal(status) ? null : seconds(paused_at),
      cost: costOf(prices, usage),
      max_total_tokens: state.controls.max_total_tokens,
      budget_exhausted_at: exhausted && !isTerminal(status) ? seconds(exhausted.at) : null,
      input_uri: manifest.source?.uri ?? null,
      output_uri: manifest.output_uri ?? null,
      output_error: ended?.output_error ?? null,
      retry_of: manifest.retry_of?.batch_id ?? null,
    },
  };
}

function errorsOf({ rejection, controls }: BatchState, status: BatchStatus): BatchView["errors"] {
  const { exhausted, max_total_tokens } = controls;
  if (rejection) return { object: "list", data: rejection.errors };
  if (!exhausted || isTerminal(status)) return null;
  const message = `The batch has used ${exhausted.tokens} tokens of its budget of ${max_total_tokens}. Raise bullpen.max_total_tokens to go on, or cancel it; what was answered is kept.`;
  const error = { code: "budget_exhausted", message, param: "bullpen.max_total_tokens", line: null } as const;
  return { object: "list", data: [error] };
}

interface Progress {
  readonly counts: { readonly completed: number; readonly failed: number };
  readonly usage: BatchUsage;
}

/** Lines that have ended, and what all have cost. Lines that are run again in place have not ended. */
function progressOf({ end, parts, retry }: BatchState): Progress {
  const own = end
    ? { counts: { completed: end.completed, failed: end.failed }, usage: end.usage }
    : { counts: countsOf(parts), usage: usageOf(parts) };
  if (!retry) return own;
  const again = progressOf(retry.batch);
  return {
    counts: {
      completed: own.counts.completed + again.counts.completed,
      failed: own.counts.failed - (retry.batch.plan?.lines ?? 0) + again.counts.failed,
    },
    usage: addUsage(own.usage, again.usage),
  };
}

type Forecast = Pick<
  BatchView["bullpen"],
  "lines_per_second" | "seconds_left" | "expected_end_at" | "meets_window"
>;

/** When a batch ends at its own pace, or before its first lines have ended at that of an earlier one. */
function forecastOf(state: BatchState, now: number): Forecast {
  const { manifest, plan, rejection, end, halt, controls } = state;
  const pace = paceOf(state, now);
  const isUnknown = rejection || end || halt || holdOf(controls);
  const atStart = pace.lines_per_second === null ? manifest.expected_seconds : undefined;
  const left = pace.seconds_left ?? (isUnknown ? undefined : atStart);
  const from = pace.seconds_left === null ? (plan?.in_progress_at ?? manifest.created_at) : now;
  if (left === undefined) return { ...pace, expected_end_at: null, meets_window: null };
  const endsAt = from + left * 1_000;
  return { ...pace, expected_end_at: seconds(endsAt), meets_window: endsAt <= expiryOf(state, now) };
}

/** The pace of a batch that is worked on; also what measures those after it. */
export function paceOf(
  state: BatchState,
  now: number,
): { lines_per_second: number | null; seconds_left: number | null } {
  const { plan, end, controls } = state;
  const unknown = { lines_per_second: null, seconds_left: null };
  if (!plan || end) return unknown;
  const { completed, failed } = countsOf(state.parts);
  const elapsed = (now - plan.in_progress_at - pausedMs(controls, now)) / 1_000;
  const ended = completed + failed;
  if (ended === 0 || elapsed <= 0) return unknown;
  const rate = ended / elapsed;
  const left = holdOf(controls) ? null : Math.ceil((plan.lines - ended) / rate);
  return { lines_per_second: round(rate), seconds_left: left };
}

/** While a batch is paused its expiry moves. */
function expiryOf({ manifest, controls, end }: BatchState, now: number): number {
  return manifest.expires_at + pausedMs(controls, end?.at ?? now);
}

function pausedMs({ paused_at, paused_ms }: Controls, now: number): number {
  return paused_ms + (paused_at === null ? 0 : Math.max(now - paused_at, 0));
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1_000);
}
