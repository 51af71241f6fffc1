import { z } from "zod";

/** What one key has used of one model on one day. */
export const usageRowSchema = z.object({
  /** `null` for queries without a key. */
  key_id: z.string().nullable(),
  model: z.string(),
  /** Queries that have had their first turn. */
  queries: z.int(),
  /** Tokens of prompts, of all turns. */
  input_tokens: z.int(),
  output_tokens: z.int(),
});
export type UsageRow = z.output<typeof usageRowSchema>;
