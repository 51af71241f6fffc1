import { z } from "zod";

/** One line of a batch's results: the answer to one line of its input, or why there is none. */
export const batchResultLineSchema = z.object({
  id: z.string(),
  custom_id: z.string(),
  response: z
    .object({
      status_code: z.int(),
      request_id: z.string(),
      body: z.record(z.string(), z.unknown()).describe("A chat completion, or an error."),
    })
    .nullable(),
  error: z
    .object({ code: z.string(), message: z.string() })
    .nullable()
    .describe("Set when the batch was cancelled or expired before the line was answered."),
});
