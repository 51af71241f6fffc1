import { z } from "zod";

/** Examples of each code. */
export const FAILURE_EXAMPLES = 5;
/** Failed lines that are read at most: a batch may have millions. */
export const MAX_COUNTED_FAILURES = 10_000;

/** The failed lines of a batch so far, by their error's code. */
export const batchFailuresSchema = z.object({
  object: z.literal("batch.failures"),
  batch_id: z.string(),
  counted: z.int().describe(`Failed lines that were read: the first ${MAX_COUNTED_FAILURES} at most.`),
  codes: z
    .array(
      z.object({
        code: z.string(),
        count: z.int(),
        examples: z.array(
          z.object({
            line: z.int().describe("Its place in the input, counted from 1."),
            custom_id: z.string(),
            query_id: z
              .string()
              .nullable()
              .describe(
                "Null where the line became no query. Queries of batches are removed with their chunk.",
              ),
            message: z.string(),
          }),
        ),
      }),
    )
    .describe(`The most frequent first, each with up to ${FAILURE_EXAMPLES} examples.`),
});
export type BatchFailures = z.output<typeof batchFailuresSchema>;
