import type { RateLimit } from "@bullpen/queue";
import { z } from "zod";

/** What can be set for a tool's queue, in a module of TOOLS_FOLDER and in MCP_CONFIG alike. */
export const queueSettings = {
  /** Calls that run at the same time in one tool-worker. */
  concurrency: z.int().min(1).max(256),
  /** Wall time of one call, in seconds. */
  timeoutSeconds: z.number().min(1).max(3_600),
  /** Maximum number of calls that all tool-workers together begin in a period. */
  rateLimit: z.strictObject({ calls: z.int().min(1), perSeconds: z.number().positive() }),
};

export function toRateLimit({ calls, perSeconds }: z.output<typeof queueSettings.rateLimit>): RateLimit {
  return { calls, perMs: perSeconds * 1_000 };
}
