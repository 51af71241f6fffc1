import { accessLimitsSchema, roleSchema, tenantSchema } from "@bullpen/contracts";
import { z } from "zod";

const MAX_NAME_CHARACTERS = 200;

/** A grace of a month: who needs longer to replace a key makes a second one. */
const MAX_GRACE_SECONDS = 30 * 86_400;
const DEFAULT_GRACE_SECONDS = 3_600;

/** `POST /v1/api_keys` */
export const createApiKeySchema = z.strictObject({
  role: roleSchema.describe("What the key may do; each role includes those before it."),
  name: z
    .string()
    .max(MAX_NAME_CHARACTERS)
    .default("")
    .describe(`What the key is for, at most ${MAX_NAME_CHARACTERS} characters.`),
  tenant: tenantSchema.optional().describe("Whose key it is. Default: the tenant of the key that asks."),
  expires_at: z
    .int()
    .min(1)
    .optional()
    .describe("When the key ends, in Unix seconds; a time to come. Default: never."),
  limits: accessLimitsSchema
    .strict()
    .optional()
    .describe("What the key may use; a limit that is missing is the tenant's."),
});

/** `POST /v1/api_keys/{id}/rotate` */
export const rotateApiKeySchema = z.strictObject({
  grace_seconds: z
    .int()
    .min(0)
    .max(MAX_GRACE_SECONDS)
    .default(DEFAULT_GRACE_SECONDS)
    .describe("How long the old key still works."),
});
