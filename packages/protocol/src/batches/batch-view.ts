import { batchErrorSchema, batchStatusSchema } from "@bullpen/contracts";
import { z } from "zod";
import { listSchema, pageSchema } from "../list.js";
import { costSchema } from "../usage/cost.js";

const time = z.int().nullable().describe("Unix seconds; null where not reached.");

/** A batch as the API shows it. Times are Unix seconds, `null` where not reached. */
export const batchViewSchema = z.object({
  id: z.string(),
  object: z.literal("batch"),
  endpoint: z.string(),
  model: z.string().nullable(),
  errors: listSchema(batchErrorSchema)
    .nullable()
    .describe("Why the input file was not accepted, or that the budget is used (`budget_exhausted`)."),
  input_file_id: z.string(),
  completion_window: z.string(),
  status: batchStatusSchema,
  output_file_id: z.string().nullable().describe("The file of the lines that were answered, after the end."),
  error_file_id: z.string().nullable().describe("The file of the lines that failed, after the end."),
  created_at: z.int().describe("Unix seconds."),
  in_progress_at: time,
  expires_at: z.int().describe("Unix seconds."),
  finalizing_at: time,
  completed_at: time,
  failed_at: time,
  expired_at: time,
  cancelling_at: time,
  cancelled_at: time,
  request_counts: z.object({ total: z.int(), completed: z.int(), failed: z.int() }),
  usage: z
    .object({
      input_tokens: z.int(),
      input_tokens_details: z.object({ cached_tokens: z.int() }),
      output_tokens: z.int(),
      output_tokens_details: z.object({ reasoning_tokens: z.int() }),
      total_tokens: z.int(),
    })
    .describe("Tokens of all lines that have ended."),
  metadata: z.record(z.string(), z.string()).nullable(),
  bullpen: z
    .object({
      lines_per_second: z
        .number()
        .nullable()
        .describe("Null before the first lines have ended and after the end."),
      seconds_left: z.int().nullable().describe("At this pace; null as the pace is."),
      expected_end_at: time.describe(
        "Unix seconds: at this pace, or before any line has ended at that of your latest batch on the model. Null where neither is known, while it is held and after the end.",
      ),
      meets_window: z
        .boolean()
        .nullable()
        .describe("Whether it is expected to end before it expires; null as `expected_end_at` is."),
      priority: z.int().describe("Its weight among the batches of its tenant."),
      paused_at: time.describe("Unix seconds; null where it is not paused. Its status does not show it."),
      cost: costSchema,
      max_total_tokens: z.int().nullable().describe("Its budget; null where it has none."),
      budget_exhausted_at: time.describe("Unix seconds; null while its budget is not used."),
      input_uri: z.string().nullable().describe("Where its questions were read; null for an uploaded file."),
      output_uri: z.string().nullable().describe("Where all results are written at its end."),
      output_error: z.string().nullable().describe("Why they could not be; the results are in its files."),
      retry_of: z.string().nullable().describe("The batch whose failed lines it runs again."),
    })
    .describe("What the OpenAI API does not have."),
});
export type BatchView = z.output<typeof batchViewSchema>;

export const batchPageSchema = pageSchema(batchViewSchema);

export const batchListSchema = listSchema(batchViewSchema);
