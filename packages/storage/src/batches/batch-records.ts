import {
  batchBudgetSchema,
  batchErrorSchema,
  batchPrioritySchema,
  batchUsageSchema,
  INPUT_FORMATS,
  metadataSchema,
  traceContextSchema,
  votesSchema,
} from "@bullpen/contracts";
import { z } from "zod";

/**
 * The records of a batch, each written once. The ones that exist tell the batch's status; all times are
 * Unix milliseconds.
 */

/** Whose failed lines a batch runs again, and which of them. */
const retryOriginSchema = z.object({
  batch_id: z.string(),
  /** Which end of that batch: 0 for its first, n for that of its retry n in place. */
  end_number: z.int(),
  /** Codes of the failures to run again. Default: all. */
  codes: z.array(z.string()).optional(),
  /** The number of the retry, where its results take the place of the failed ones. Default: it is a batch of its own. */
  in_place: z.int().optional(),
});
export type RetryOrigin = z.output<typeof retryOriginSchema>;

/** Where the lines of a batch come from, if not from a file that was uploaded. */
const batchSourceSchema = z.object({
  uri: z.string(),
  format: z.enum(INPUT_FORMATS),
  /** The column of the questions. Default: `query` or `question`. */
  column: z.string().optional(),
  /** Bytes that the lines may have. */
  max_bytes: z.number(),
});
export type BatchSource = z.output<typeof batchSourceSchema>;

/** The request, written before the batch is acknowledged. */
export const manifestSchema = z.object({
  id: z.string(),
  tenant: z.string(),
  /** The key that it was created with. Default: none. */
  key_id: z.string().optional(),
  input_file_id: z.string(),
  endpoint: z.string(),
  completion_window: z.string(),
  metadata: metadataSchema.nullable(),
  /** Seconds for which output files are kept; `null`: forever. */
  output_expires_after: z.number().nullable(),
  /** How many runs vote on lines that say nothing of it. Default: 1. */
  votes: votesSchema.optional(),
  /** Its weight among the batches of its tenant. Default: 10. */
  priority: batchPrioritySchema.optional(),
  /** Tokens that it may use. Default: as many as it takes. */
  max_total_tokens: batchBudgetSchema.optional(),
  /** Tokens that count towards its budget besides its own: those that a batch used before a retry in place. Default: 0. */
  tokens_before: z.int().optional(),
  /** The batch whose failed lines it runs again. Default: its lines are those of its input file. */
  retry_of: retryOriginSchema.optional(),
  /** Where its input file is made from. Default: it was uploaded. */
  source: batchSourceSchema.optional(),
  /** Where all its results are written at its end. Default: in its files only. */
  output_uri: z.string().optional(),
  /** Where in which trace it was created. Default: nowhere. */
  trace_context: traceContextSchema.optional(),
  /** How long it takes at the pace of an earlier batch, in seconds. Default: no pace was known. */
  expected_seconds: z.number().optional(),
  created_at: z.number(),
  expires_at: z.number(),
});
export type Manifest = z.output<typeof manifestSchema>;

/** How the lines of a valid input are worked through. */
export const planSchema = z.object({
  model: z.string(),
  lines: z.int(),
  /** Byte offset at which each chunk begins; the last chunk ends at `bytes`. */
  offsets: z.array(z.int()),
  bytes: z.int(),
  /** Lines of each chunk but the last. */
  chunk_lines: z.int(),
  /** Chunks in flight: chunk n follows chunk n - lanes. */
  lanes: z.int(),
  in_progress_at: z.number(),
});
export type Plan = z.output<typeof planSchema>;

/** Why the input was not taken. */
export const rejectionSchema = z.object({
  errors: z.array(batchErrorSchema),
  failed_at: z.number(),
});
export type Rejection = z.output<typeof rejectionSchema>;

/** Work must stop: lines that have not ended go to the error file. */
export const haltSchema = z.object({ reason: z.enum(["cancelled", "expired"]), at: z.number() });
export type Halt = z.output<typeof haltSchema>;

/** All parts are stored and the files are being assembled. */
export const finalizingSchema = z.object({ at: z.number() });

/** The end of a batch whose input was taken. */
export const batchEndSchema = z.object({
  status: z.enum(["completed", "expired", "cancelled"]),
  at: z.number(),
  output_file_id: z.string().nullable(),
  error_file_id: z.string().nullable(),
  completed: z.int(),
  failed: z.int(),
  usage: batchUsageSchema,
  /** Why the results could not be written at its `output_uri`. Default: they were, or it has none. */
  output_error: z.string().optional(),
});
export type BatchEnd = z.output<typeof batchEndSchema>;

/** The failed lines are run again in place: by a batch that no list shows, whose results are merged at its end. */
export const retrySchema = z.object({
  batch_id: z.string(),
  codes: z.array(z.string()).optional(),
  at: z.number(),
});
export type Retry = z.output<typeof retrySchema>;

/** A finished part of a batch: how its lines ended, and what they cost. */
export interface PartMark {
  readonly index: number;
  readonly completed: number;
  readonly failed: number;
  readonly input_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
}

const MARK_NAME = /^\d+(-\d+){5}$/;
type Six = [number, number, number, number, number, number];

/** The name says it all, so that one listing tells the state of a batch. */
export function markName(mark: PartMark): string {
  const { index, completed, failed, input_tokens, cached_tokens, output_tokens } = mark;
  return [partName(index), completed, failed, input_tokens, cached_tokens, output_tokens].join("-");
}

/** Not zod: reading a million-line batch parses 2,000 of these names. */
export function parseMark(name: string): PartMark {
  if (!MARK_NAME.test(name)) throw new Error(`${JSON.stringify(name)} is not the mark of a part`);
  const numbers = name.split("-").map(Number);
  const [index, completed, failed, input_tokens, cached_tokens, output_tokens] = numbers as Six; // as its name has
  return { index, completed, failed, input_tokens, cached_tokens, output_tokens };
}

/** Part names sort by index. */
export function partName(index: number): string {
  return String(index).padStart(6, "0");
}
