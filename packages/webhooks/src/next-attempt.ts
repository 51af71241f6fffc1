import { backoff } from "@bullpen/base";

/** The jitter keeps deliveries that failed together from coming back together. */
const pauseMs = backoff({ firstMs: 5_000, maxMs: 6 * 3_600_000, factor: 4, jitter: 0.2 });
/** A receiver may ask to be left alone for so long. */
const LONGEST_RETRY_AFTER_MS = 6 * 3_600_000;
/** Attempts are made for so long after the first. */
export const DELIVERY_WINDOW_MS = 24 * 3_600_000;

export interface Failure {
  /** Attempts that were made, this one among them. */
  readonly attempts: number;
  /** Unix milliseconds of the first attempt. */
  readonly firstAt: number;
  readonly now: number;
  /** What the receiver asked for. */
  readonly retryAfterMs?: number | undefined;
  /** From 0 to 1. */
  readonly chance: number;
}

/**
 * When to try again after a failed attempt, in Unix milliseconds: after 5 s, 20 s, 80 s, 5 min, 21 min,
 * 1.4 h, 5.7 h, then every 6 h, each less up to a fifth; the last time 24 h after the first. `undefined`
 * when that is over.
 */
export function nextAttemptAt(failure: Failure): number | undefined {
  const { attempts, firstAt, now, retryAfterMs = 0, chance } = failure;
  const end = firstAt + DELIVERY_WINDOW_MS;
  if (now >= end) return undefined;
  const pause = pauseMs(attempts, chance);
  return Math.min(Math.round(now + Math.max(pause, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS))), end);
}
