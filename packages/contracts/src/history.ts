import { z } from "zod";

const whole = z.int().min(0);

/** What a process has counted since it began. */
export const workCountsSchema = z.object({
  /** Queries that were brought to an end, by how. */
  completed: whole,
  cancelled: whole,
  expired: whole,
  /** By their error's code. */
  failed: z.record(z.string(), whole),
  /** Tokens of all turns; those from the cache are part of the prompts'. */
  prompt_tokens: whole,
  cached_tokens: whole,
  completion_tokens: whole,
  /** Tool calls that a guard answered, by what it did. */
  guard_events: z.record(z.string(), whole),
});
export type WorkCounts = z.output<typeof workCountsSchema>;

export const NO_WORK: WorkCounts = {
  completed: 0,
  cancelled: 0,
  expired: 0,
  failed: {},
  prompt_tokens: 0,
  cached_tokens: 0,
  completion_tokens: 0,
  guard_events: {},
};

/** What the server did during a stretch of time: what was counted in it, and averages over its samples. */
export const historyRecordSchema = z.object({
  /** Its beginning, in Unix seconds. */
  at: z.int(),
  /** The seconds of it that were watched: counts divided by it are rates. */
  seconds: z.number(),
  queued: z.number(),
  running: z.number(),
  waiting_for_tool: z.number(),
  /** The longest that the query which begins next had waited. */
  head_wait_seconds: z.number(),
  workers: z.number(),
  slots: z.number(),
  busy_slots: z.number(),
  /** Of all GPUs together; `null`: none is known. */
  gpu_memory_used_bytes: z.number().nullable(),
  gpu_memory_total_bytes: z.number().nullable(),
  /** The mean of all GPUs, 0 to 1; `null`: none is known. */
  gpu_utilization: z.number().nullable(),
  ...workCountsSchema.shape,
});
export type HistoryRecord = z.output<typeof historyRecordSchema>;
