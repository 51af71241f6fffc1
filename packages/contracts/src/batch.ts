import { z } from "zod";
import { metadataSchema } from "./query.js";

/** The endpoints that a batch's lines may name. */
export const BATCH_ENDPOINTS = ["/v1/chat/completions"] as const;

/** Limits of a batch. The original's are 50,000 lines and 200 MB. */
export const MAX_BATCH_LINES = 5_000_000;
/** Longest line of an input file, in bytes. */
export const MAX_LINE_BYTES = 1_048_576;
/** Validation errors that a batch reports; of more it says how many there are. */
export const MAX_BATCH_ERRORS = 1_000;

/** When a file goes by itself: so many seconds after it was made. */
export const expiresAfterSchema = z.strictObject({
  anchor: z.literal("created_at", 'must be "created_at"'),
  seconds: z.coerce
    .number("must be a whole number of seconds from 3600 to 2592000")
    .int("must be a whole number of seconds")
    .min(3_600, "must be at least 3600 seconds (an hour)")
    .max(2_592_000, "must be at most 2592000 seconds (30 days)"),
});

/** The body of `POST /v1/batches`. */
export const createBatchSchema = z.strictObject({
  input_file_id: z.string().max(64),
  endpoint: z.enum(BATCH_ENDPOINTS, `must be ${BATCH_ENDPOINTS.join(" or ")}`),
  completion_window: z.literal("24h", 'must be "24h"'),
  metadata: metadataSchema.optional(),
  output_expires_after: expiresAfterSchema.optional(),
});
export type CreateBatch = z.output<typeof createBatchSchema>;

export const COMPLETION_WINDOW_SECONDS = 86_400;

/** Why an input file was not taken, or one of its lines. */
export const batchErrorCodeSchema = z.enum([
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

/** A line of an input file as it must be; its body is the endpoint's affair. */
export const batchLineSchema = z.object({
  custom_id: z
    .string("is required, and must be text")
    .min(1, "must not be empty")
    .max(512, "must have at most 512 characters")
    .refine((id) => id.isWellFormed(), "must be well-formed Unicode (it holds a lone surrogate)")
    .refine((id) => !id.includes("\0"), "must not hold the character U+0000"),
  method: z.literal("POST", 'must be "POST"'),
  url: z.string("is required, and must be text"),
  /** As it came: a copy by a schema would lose a key `__proto__` in silence. */
  body: z.custom<Readonly<Record<string, unknown>>>(
    (body) => typeof body === "object" && body !== null && !Array.isArray(body),
    "is required, and must be an object",
  ),
});
export type BatchLine = z.output<typeof batchLineSchema>;

export type BatchStatus =
  | "validating"
  | "failed"
  | "in_progress"
  | "finalizing"
  | "completed"
  | "expired"
  | "cancelling"
  | "cancelled";

/** Tokens of all lines that have ended. */
export const batchUsageSchema = z.object({
  input_tokens: z.int(),
  cached_tokens: z.int(),
  output_tokens: z.int(),
});
export type BatchUsage = z.output<typeof batchUsageSchema>;

/** A batch as callers see it. Times are Unix seconds, `null` where not reached. */
export interface BatchView {
  readonly id: string;
  readonly object: "batch";
  readonly endpoint: string;
  readonly model: string | null;
  readonly errors: { readonly object: "list"; readonly data: readonly BatchError[] } | null;
  readonly input_file_id: string;
  readonly completion_window: string;
  readonly status: BatchStatus;
  readonly output_file_id: string | null;
  readonly error_file_id: string | null;
  readonly created_at: number;
  readonly in_progress_at: number | null;
  readonly expires_at: number;
  readonly finalizing_at: number | null;
  readonly completed_at: number | null;
  readonly failed_at: number | null;
  readonly expired_at: number | null;
  readonly cancelling_at: number | null;
  readonly cancelled_at: number | null;
  readonly request_counts: { readonly total: number; readonly completed: number; readonly failed: number };
  readonly usage: {
    readonly input_tokens: number;
    readonly input_tokens_details: { readonly cached_tokens: number };
    readonly output_tokens: number;
    readonly output_tokens_details: { readonly reasoning_tokens: number };
    readonly total_tokens: number;
  };
  readonly metadata: Readonly<Record<string, string>> | null;
  /** How fast it goes; `null` before the first lines have ended and after the end. */
  readonly bullpen: { readonly lines_per_second: number; readonly seconds_left: number } | null;
}

/** A file as callers see it. */
export interface FileView {
  readonly id: string;
  readonly object: "file";
  readonly bytes: number;
  /** Unix seconds. */
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly filename: string;
  readonly purpose: FilePurpose;
  readonly status: "processed";
  readonly status_details: null;
  /** SHA-256 of the content, in hexadecimal. */
  readonly sha256: string;
}

export const filePurposeSchema = z.enum(["batch", "batch_output"]);
export type FilePurpose = z.output<typeof filePurposeSchema>;
