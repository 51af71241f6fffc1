import { z } from "zod";

/** Limits of a batch. The original's are 50,000 lines and 200 MB. */
export const MAX_BATCH_LINES = 5_000_000;
/** Longest line of an input file, in bytes. */
export const MAX_LINE_BYTES = 1_048_576;
/** Validation errors that a batch reports; of more it says how many there are. */
export const MAX_BATCH_ERRORS = 1_000;

/** Why an input file was not taken, or one of its lines; `budget_exhausted`: why a batch stopped. */
const batchErrorCodeSchema = z.enum([
  "invalid_json_line",
  "invalid_request",
  "too_many_tasks",
  "url_mismatch",
  "model_not_found",
  "model_not_served",
  "model_mismatch",
  "duplicate_custom_id",
  "empty_file",
  "empty_batch",
  "too_many_errors",
  "budget_exhausted",
  "internal_error",
]);

export const batchErrorSchema = z.object({
  code: batchErrorCodeSchema,
  message: z.string(),
  param: z.string().nullable(),
  /** Counted from 1, blank lines included; `null` for what concerns the whole file. */
  line: z.int().nullable(),
});
export type BatchError = z.output<typeof batchErrorSchema>;

export const batchStatusSchema = z.enum([
  "validating",
  "failed",
  "in_progress",
  "finalizing",
  "completed",
  "expired",
  "cancelling",
  "cancelled",
]);
export type BatchStatus = z.output<typeof batchStatusSchema>;

/** Tokens of all lines that have ended. */
export const batchUsageSchema = z.object({
  input_tokens: z.int(),
  cached_tokens: z.int(),
  output_tokens: z.int(),
});
export type BatchUsage = z.output<typeof batchUsageSchema>;

/**
 * The weight of a batch among the active batches of its tenant: one of 20 gets twice the work done of one of 10. What
 * other tenants get does not change.
 */
export const batchPrioritySchema = z.int().min(1).max(100);
export const DEFAULT_BATCH_PRIORITY = 10;

/** Tokens that a batch may use, read and written, before it stops. */
export const batchBudgetSchema = z.int().min(1);

export const filePurposeSchema = z.enum(["batch", "batch_output"]);
export type FilePurpose = z.output<typeof filePurposeSchema>;

/** What a file of questions may hold. */
export const INPUT_FORMATS = ["jsonl", "csv", "tsv", "text", "parquet"] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];
