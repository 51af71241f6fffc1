import {
  batchBudgetSchema,
  batchPrioritySchema,
  batchStatusSchema,
  INPUT_FORMATS,
  metadataSchema,
} from "@bullpen/contracts";
import { z } from "zod";
import { expiresAfterSchema } from "../files/file-request.js";
import { votesParameter } from "../queries/query-request.js";
import { completionWindowSchema } from "./completion-window.js";

/** The endpoint whose lines are requests for responses. */
export const RESPONSES_ENDPOINT = "/v1/responses";

/** The endpoints that a batch's lines may name. */
export const BATCH_ENDPOINTS = ["/v1/chat/completions", RESPONSES_ENDPOINT] as const;

/** What may change while a batch runs. */
const controlParameters = {
  priority: batchPrioritySchema
    .optional()
    .describe(
      "Its weight among the batches of its tenant, from 1 to 100: one of 20 is worked on twice as much as one of 10. Default: 10.",
    ),
  max_total_tokens: batchBudgetSchema
    .optional()
    .describe(
      "Tokens that its lines may read and write together. When they have, no other line begins until it is raised. Default: no bound.",
    ),
};

const MAX_URI = 1_024;
const uriSchema = z.string().min(1).max(MAX_URI);

/** Where the questions of a batch are read, and its results are written. */
const placeParameters = {
  input_uri: uriSchema
    .optional()
    .describe(
      "In place of `input_file_id`: `s3://bucket/key` or the path of a file on the server, within a place that its operator allows. May be packed by gzip.",
    ),
  input_format: z
    .enum(INPUT_FORMATS)
    .optional()
    .describe(
      "What the file of `input_uri` holds: `jsonl` (requests, or objects with `query`), `csv`, `tsv` and `parquet` (a question a row), `text` (a question a line). Default: as its name ends.",
    ),
  column: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe(
      "The column of a table that holds the questions; `custom_id`, `system` and `model` are read, too. Default: `query` or `question`.",
    ),
  output_uri: uriSchema
    .optional()
    .describe(
      "Where all results are written at the end, in input order, over an older file: as Parquet where it ends with `.parquet`, packed by gzip where it ends with `.gz`, else as JSONL.",
    ),
};

/** The body of `POST /v1/batches`. */
const createBatchFields = z.strictObject({
  input_file_id: z
    .string()
    .max(64)
    .optional()
    .describe("The id of a file with `purpose=batch`. Required without `bullpen.input_uri`."),
  endpoint: z
    .enum(BATCH_ENDPOINTS, `must be ${BATCH_ENDPOINTS.join(" or ")}`)
    .describe("The endpoint that every line names as its `url`."),
  completion_window: completionWindowSchema,
  metadata: metadataSchema.optional().describe("Your own notes: up to 16 pairs; returned as sent."),
  output_expires_after: expiresAfterSchema.optional(),
  bullpen: z
    .strictObject({
      votes: votesParameter.describe(
        "How many runs vote on the answer of a line that does not say it itself in `body.bullpen`.",
      ),
      ...controlParameters,
      ...placeParameters,
    })
    .optional()
    .describe("What the OpenAI API does not have."),
});

export const createBatchSchema = createBatchFields.superRefine(({ input_file_id, bullpen }, context) => {
  const refuse = (path: string[], message: string) =>
    context.addIssue({ code: "custom", path, message, input: undefined });
  if (bullpen?.input_uri === undefined) {
    if (input_file_id === undefined) refuse(["input_file_id"], "is required without bullpen.input_uri");
    for (const name of ["input_format", "column"] as const) {
      if (bullpen?.[name] !== undefined)
        refuse(["bullpen", name], "says how bullpen.input_uri is read; give both");
    }
  } else if (input_file_id !== undefined) {
    refuse(["input_file_id"], "must be left out where bullpen.input_uri is given");
  }
  if (bullpen?.output_uri !== undefined && bullpen.output_uri === bullpen.input_uri) {
    refuse(["bullpen", "output_uri"], "must not be bullpen.input_uri, which it would overwrite");
  }
});
export type CreateBatch = z.output<typeof createBatchSchema>;

const changesSchema = z
  .strictObject(controlParameters)
  .refine((changes) => Object.keys(changes).length > 0, "must name what is to change");

/** The body of `POST /v1/batches/{id}`. */
export const updateBatchSchema = z.strictObject({ bullpen: changesSchema.describe("What is to change.") });
export type BatchChanges = z.output<typeof changesSchema>;

/** The body of `POST /v1/batches/bulk`. */
export const bulkBatchSchema = z.strictObject({
  operation: z
    .enum(["pause", "resume", "cancel", "update"])
    .describe("What is done with each batch, as the request for one of them does it."),
  filter: z
    .strictObject({
      status: batchStatusSchema.optional().describe("Only batches in this status."),
      paused: z.boolean().optional().describe("Only batches that are paused, or that are not."),
      metadata: metadataSchema.optional().describe("Only batches whose metadata has these pairs."),
    })
    .describe("Which of the batches that have not ended; an empty one: all."),
  bullpen: changesSchema.optional().describe("For `update`: what is to change."),
});
export type BulkBatch = z.output<typeof bulkBatchSchema>;

/** Codes that one request to retry may name: more than there are. */
const MAX_RETRY_CODES = 50;

/** The body of `POST /v1/batches/{id}/retry`. */
export const retryBatchSchema = z.strictObject({
  codes: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(MAX_RETRY_CODES)
    .optional()
    .describe("Run only lines again that failed with one of these codes. Default: all that failed."),
  in_place: z
    .boolean()
    .default(false)
    .describe(
      "`false`: a new batch runs the lines. `true`: this batch goes on with them, and gets new files in which each line is once.",
    ),
  metadata: metadataSchema
    .optional()
    .describe("Of the new batch. Default: that of this one. Not with `in_place`."),
});
export type RetryBatch = z.output<typeof retryBatchSchema>;

/** A line of an input file. Its body is checked by the endpoint that it names. */
export const batchLineSchema = z.object({
  custom_id: z
    .string("is required, and must be text")
    .min(1, "must not be empty")
    .max(512, "must have at most 512 characters")
    .refine((id) => id.isWellFormed(), "must be well-formed Unicode (it holds a lone surrogate)")
    .refine((id) => !id.includes("\0"), "must not hold the character U+0000"),
  method: z.literal("POST", 'must be "POST"'),
  url: z.string("is required, and must be text"),
  /** As it was sent: a copy by a schema would lose a key `__proto__` in silence. */
  body: z.custom<Readonly<Record<string, unknown>>>(
    (body) => typeof body === "object" && body !== null && !Array.isArray(body),
    "is required, and must be an object",
  ),
});
export type BatchLine = z.output<typeof batchLineSchema>;
