import { backoff } from "@bullpen/base";
import type { JobsOptions } from "bullmq";

/** For jobs whose state is in storage: storage that is full or away is waited for, however long it takes. */
export const RETRY_FOREVER: JobsOptions = {
  attempts: Number.MAX_SAFE_INTEGER,
  backoff: { type: "custom" },
  removeOnComplete: true,
  removeOnFail: true,
};

/** The workers' side of {@link RETRY_FOREVER}: milliseconds until a job with so many failed attempts runs again. */
export const pauseAfterFailure = backoff({ firstMs: 500, maxMs: 15_000 });
