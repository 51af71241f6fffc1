import { metadataSchema } from "@bullpen/contracts";
import { z } from "zod";
import { retryBatchSchema } from "./batch-request.js";
import { batchViewSchema } from "./batch-view.js";

/** Batches that one request retries at most: each costs reads and writes of storage. */
const MAX_RETRIED = 100;

/** Where nothing is said: as many as a worker has something to do with. */
const DEFAULT_RETRIED = 10;

/** The body of `POST /v1/batches/retry`. */
export const retryBatchesSchema = z.strictObject({
  filter: z
    .strictObject({
      status: z
        .enum(
          ["completed", "expired", "cancelled"],
          "must be completed, expired or cancelled: a batch that has ended",
        )
        .optional()
        .describe("Only batches that ended like this."),
      created_after: z
        .int()
        .min(0)
        .optional()
        .describe("Only batches created at this time or later, in Unix seconds."),
      created_before: z
        .int()
        .min(0)
        .optional()
        .describe("Only batches created before this time, in Unix seconds."),
      metadata: metadataSchema.optional().describe("Only batches whose metadata has these pairs."),
    })
    .refine(
      ({ created_after = 0, created_before = Number.POSITIVE_INFINITY }) => created_after < created_before,
      "must have created_after before created_before",
    )
    .describe("Which of the batches that have ended with failed lines; an empty one: all."),
  codes: retryBatchSchema.shape.codes,
  in_place: retryBatchSchema.shape.in_place,
  after: z
    .string()
    .max(64)
    .optional()
    .describe("Go on with batches older than this one, `last_id` of the last answer."),
  limit: z
    .int()
    .min(1)
    .max(MAX_RETRIED)
    .default(DEFAULT_RETRIED)
    .describe(`Retries so many batches, ${MAX_RETRIED} at most, and says whether there are more.`),
});
export type RetryBatches = z.output<typeof retryBatchesSchema>;

/** The answer to `POST /v1/batches/retry`. */
export const retriedBatchesSchema = z.object({
  object: z.literal("list"),
  data: z
    .array(batchViewSchema)
    .describe("The batches that run the failed lines, those of the newest batch first."),
  has_more: z.boolean().describe("Whether there are more batches: ask again with `after=last_id`."),
  last_id: z.string().nullable().describe("The oldest batch that was read; null where there was none."),
  skipped: z
    .array(z.object({ batch_id: z.string(), code: z.string(), message: z.string() }))
    .describe("Batches that pass and cannot be retried, and why."),
});
export type RetriedBatches = z.output<typeof retriedBatchesSchema>;
