import type { JobsOptions } from "bullmq";

/** For jobs whose truth stands in storage: one that is full or away is waited for, whatever that takes. */
export const TRY_FOR_EVER: JobsOptions = {
  attempts: Number.MAX_SAFE_INTEGER,
  backoff: { type: "custom" },
  removeOnComplete: true,
  removeOnFail: true,
};

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** The workers' side of {@link TRY_FOR_EVER}: milliseconds until a job that failed so often is run again. */
export function pauseAfterFailure(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 10), LONGEST_PAUSE_MS);
}
