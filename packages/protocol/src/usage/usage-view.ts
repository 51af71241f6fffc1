import { tenantSchema, usageRowSchema } from "@bullpen/contracts";
import { z } from "zod";
import { listSchema } from "../list.js";
import { costSchema } from "./cost.js";

const dateSchema = z.iso.date("must be a date such as 2026-11-28");

/** `GET /v1/usage` */
export const getUsageParameters = z.object({
  start_date: dateSchema.optional().describe("The first day, in UTC. Default: 29 days before the last one."),
  end_date: dateSchema.optional().describe("The last day, in UTC. Default: today."),
  tenant: tenantSchema
    .optional()
    .describe("Whose usage. Default: the key's own tenant; only a key of the role admin may name another."),
});

/** What one key of a tenant used of one model on one day. */
const usageViewSchema = z.object({
  object: z.literal("usage"),
  date: z.string().describe("The day, in UTC."),
  tenant: z.string(),
  key_id: usageRowSchema.shape.key_id.describe(
    "The key, or `user:` and who had signed in without one; null for what came without either.",
  ),
  model: usageRowSchema.shape.model,
  queries: usageRowSchema.shape.queries.describe(
    "Queries, those of batches among them, by the day of their first turn.",
  ),
  input_tokens: usageRowSchema.shape.input_tokens.describe("Tokens of the prompts of all turns."),
  output_tokens: usageRowSchema.shape.output_tokens.describe("Tokens that the model wrote."),
  cost: costSchema,
});
export type UsageView = z.output<typeof usageViewSchema>;

export const usageListSchema = listSchema(usageViewSchema);
