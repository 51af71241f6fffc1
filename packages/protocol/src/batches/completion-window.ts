import { z } from "zod";

const UNIT_SECONDS = { h: 3_600, d: 86_400 } as const;

/** A shorter window would not leave a large file the time to be checked. */
const LEAST_SECONDS = UNIT_SECONDS.h;

/** Results and files of a longer one are better asked for in parts. */
const MOST_SECONDS = 14 * UNIT_SECONDS.d;

const ADVICE = 'must be a time from "1h" to "14d" in whole hours or days, such as "24h" or "7d"';

export const completionWindowSchema = z
  .string(ADVICE)
  .regex(/^[1-9][0-9]{0,2}[hd]$/, ADVICE)
  .refine((window) => {
    const seconds = completionWindowSeconds(window);
    return seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS;
  }, ADVICE)
  .describe(
    "How long the batch may take, from `1h` to `14d`. Lines without an answer then fail with `batch_expired`.",
  );

/** The seconds of a window that was accepted. */
export function completionWindowSeconds(window: string): number {
  return Number(window.slice(0, -1)) * (window.endsWith("d") ? UNIT_SECONDS.d : UNIT_SECONDS.h);
}
