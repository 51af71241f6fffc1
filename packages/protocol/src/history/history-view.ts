import { historyRecordSchema } from "@bullpen/contracts";
import { z } from "zod";

const HISTORY_PERIODS = ["hour", "day", "week"] as const;

/** `GET /v1/history` */
export const getHistoryParameters = z.object({
  period: z
    .enum(HISTORY_PERIODS, `must be one of ${HISTORY_PERIODS.join(", ")}`)
    .default("hour")
    .describe("How far back it goes."),
});
export type HistoryPeriod = z.output<typeof getHistoryParameters>["period"];

const { shape } = historyRecordSchema;

/** What the server did over time. */
export const historyViewSchema = z.object({
  object: z.literal("history"),
  period: z.enum(HISTORY_PERIODS),
  interval_seconds: z.int().describe("Of a point."),
  data: z
    .array(
      z.object({
        ...shape,
        at: shape.at.describe("Its beginning, in Unix seconds."),
        seconds: shape.seconds.describe(
          "The part of the interval that was watched: counts divided by it are rates.",
        ),
        queued: shape.queued.describe("Queries that wait for a worker, on average."),
        waiting_for_tool: shape.waiting_for_tool.describe("Queries that hold no slot while a tool runs."),
        head_wait_seconds: shape.head_wait_seconds.describe("The longest that the next query had waited."),
        failed: shape.failed.describe("Failed queries by their error's code."),
        cached_tokens: shape.cached_tokens.describe(
          "The part of `prompt_tokens` that was not computed again.",
        ),
        gpu_memory_used_bytes: shape.gpu_memory_used_bytes.describe("Of all GPUs; null where none is known."),
        gpu_utilization: shape.gpu_utilization.describe(
          "The mean of all GPUs, 0 to 1; null where none is known.",
        ),
        guard_events: shape.guard_events.describe("Tool calls that a guard answered, by what it did."),
      }),
    )
    .describe("The oldest first. An interval in which nothing was watched is left out."),
});
export type HistoryView = z.output<typeof historyViewSchema>;
