import type { RateLimit } from "@bullpen/queue";
import { z } from "zod";

const SECONDS = "must be a number from 1 to 3600";
const CALLS = "must be a whole number of at least 1";
const PERIOD = "must be a number greater than 0";

/** A whole number within limits that its error names. */
export function wholeNumber(min: number, max: number): z.ZodInt {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.int(message).min(min, message).max(max, message);
}

/** What can be set for a tool's queue, in a module of TOOLS_FOLDER and in MCP_CONFIG alike. */
export const queueSettings = {
  /** Calls that run at the same time in one tool-worker. */
  concurrency: wholeNumber(1, 256),
  /** Wall time of one call, in seconds. */
  timeoutSeconds: z.number(SECONDS).min(1, SECONDS).max(3_600, SECONDS),
  /** Maximum number of calls that all tool-workers together begin in a period. */
  rateLimit: z.strictObject({
    calls: z.int(CALLS).min(1, CALLS),
    perSeconds: z.number(PERIOD).positive(PERIOD),
  }),
};

export function toRateLimit({ calls, perSeconds }: z.output<typeof queueSettings.rateLimit>): RateLimit {
  return { calls, perMs: perSeconds * 1_000 };
}
