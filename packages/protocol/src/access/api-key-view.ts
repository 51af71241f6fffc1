import { accessLimitsSchema, roleSchema } from "@bullpen/contracts";
import { z } from "zod";
import { listSchema } from "../list.js";

/** A key as the API shows it: nothing that a request could be signed with. Times are Unix seconds. */
export const apiKeyViewSchema = z.object({
  id: z.string().describe("The part of the key that names it."),
  object: z.literal("api_key"),
  name: z.string(),
  tenant: z.string(),
  role: roleSchema,
  status: z.enum(["active", "expired", "revoked"]),
  limits: accessLimitsSchema
    .nullable()
    .describe("What the key may use; null where only its tenant has limits."),
  created_at: z.int().describe("Unix seconds."),
  expires_at: z.int().nullable().describe("Unix seconds; null for never."),
  revoked_at: z
    .int()
    .nullable()
    .describe("Unix seconds. A time to come while a key that was replaced still works."),
  last_used_at: z.int().nullable().describe("Unix seconds, to the minute; null where it never was."),
});
export type ApiKeyView = z.output<typeof apiKeyViewSchema>;

/** A key with its secret, which is shown when it is made and never again. */
export const apiKeyWithSecretSchema = apiKeyViewSchema.extend({
  key: z.string().describe("The whole key, as requests send it. It is stored as a hash and not shown again."),
});
export type ApiKeyWithSecret = z.output<typeof apiKeyWithSecretSchema>;

export const apiKeyListSchema = listSchema(apiKeyViewSchema);
