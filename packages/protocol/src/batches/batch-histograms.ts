import { z } from "zod";

/** Results that are read at most, and their bytes: a batch may have millions, and a result a megabyte. */
export const MAX_MEASURED_RESULTS = 10_000;
export const MAX_MEASURED_BYTES = 64 * 1_024 ** 2;

/** How many turns, tool calls and time the lines of a batch took so far. */
export const batchHistogramsSchema = z.object({
  object: z.literal("batch.histograms"),
  batch_id: z.string(),
  counted: z
    .int()
    .describe(
      `Lines that were read: the first ${MAX_MEASURED_RESULTS} at most, in the order of the input, up to 64 MiB.`,
    ),
  turns: z
    .array(z.object({ turns: z.int(), lines: z.int() }))
    .describe("Lines by how often the model wrote for them, ascending."),
  tool_calls: z
    .array(z.object({ tool_calls: z.int(), lines: z.int() }))
    .describe("Lines by how many tools they called, ascending."),
  duration: z
    .object({
      median_ms: z.number().nullable(),
      p95_ms: z.number().nullable(),
      buckets: z
        .array(z.object({ up_to_ms: z.number(), lines: z.int() }))
        .describe("Lines that took longer than the bound before and not longer than this one."),
    })
    .describe("From acceptance to the end; null where no line tells."),
});
export type BatchHistograms = z.output<typeof batchHistogramsSchema>;
