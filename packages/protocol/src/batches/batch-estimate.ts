import { z } from "zod";
import { votesParameter } from "../queries/query-request.js";
import { BATCH_ENDPOINTS } from "./batch-request.js";

/** Lines of a sample where nothing is said: the interval is about as wide as the lines differ, halved. */
const DEFAULT_SAMPLE = 20;
/** A larger sample is a batch of its own. */
const MAX_SAMPLE = 200;
/** How long a sample may take, in seconds. */
const MAX_TIMEOUT_SECONDS = 3_600;

/** The body of `POST /v1/batches/estimate`. */
export const estimateBatchSchema = z.strictObject({
  input_file_id: z.string().max(64).describe("The id of a file with `purpose=batch`."),
  endpoint: z
    .enum(BATCH_ENDPOINTS, `must be ${BATCH_ENDPOINTS.join(" or ")}`)
    .default(BATCH_ENDPOINTS[0])
    .describe("The endpoint that every line names as its `url`."),
  sample: z
    .int()
    .min(2)
    .max(MAX_SAMPLE)
    .default(DEFAULT_SAMPLE)
    .describe(`How many lines are run, ${MAX_SAMPLE} at most; a shorter file is run as a whole.`),
  seed: z.int().min(0).default(0).describe("Decides which lines are run: the same seed, the same lines."),
  timeout_seconds: z
    .number()
    .min(1)
    .max(MAX_TIMEOUT_SECONDS)
    .default(600)
    .describe("Lines that have not ended by then are cancelled and not counted."),
  bullpen: z
    .strictObject({ votes: votesParameter })
    .optional()
    .describe("What lines get that do not say it themselves, as in `POST /v1/batches`."),
});
export type EstimateBatch = z.output<typeof estimateBatchSchema>;

const intervalSchema = z.object({
  estimate: z.number(),
  low: z.number().describe("The lower end of the 95 % interval."),
  high: z.number().describe("The upper end of the 95 % interval."),
});
export type Interval = z.output<typeof intervalSchema>;

/** What a batch of a file would probably use, take and cost. */
export const batchEstimateSchema = z.object({
  object: z.literal("batch.estimate"),
  input_file_id: z.string(),
  model: z.string(),
  lines: z.int().describe("Lines of the file."),
  sample: z.object({
    lines: z.int().describe("Lines that were run to their ends."),
    completed: z.int(),
    failed: z.int(),
    unfinished: z.int().describe("Lines that had not ended in time; they are not counted."),
    seed: z.int(),
  }),
  input_tokens: intervalSchema,
  output_tokens: intervalSchema,
  total_tokens: intervalSchema,
  seconds: intervalSchema.describe("With the model's slots of now, and no other work."),
  cost: intervalSchema
    .extend({ currency: z.string() })
    .nullable()
    .describe("At the prices that the server is set to; null where it has none."),
  slots: z.int().describe("Lines that workers of the model run at a time."),
  confidence: z.literal(0.95),
  method: z.string().describe("How the figures were made."),
});
export type BatchEstimate = z.output<typeof batchEstimateSchema>;
