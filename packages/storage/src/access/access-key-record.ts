import { accessLimitsSchema, roleSchema, tenantSchema } from "@bullpen/contracts";
import { z } from "zod";

/** What is stored of a key: enough to check it, not enough to use it. Times are Unix milliseconds. */
export const accessKeyRecordSchema = z.object({
  /** Part of the key: it finds the record. */
  id: z.string(),
  tenant: tenantSchema,
  role: roleSchema,
  /** What the key is for, in its maker's words. */
  name: z.string(),
  /** SHA-256 of the whole key, in hexadecimal. The key holds 256 random bits, so a slow hash adds nothing. */
  hash: z.string(),
  /** Who has signed in with it, where it is a session: without spaces. */
  user: z.string().optional(),
  /** What it may use, besides what its tenant may. Default: as much as its tenant. */
  limits: accessLimitsSchema.optional(),
  created_at: z.int(),
  expires_at: z.int().optional(),
  revoked_at: z.int().optional(),
});
export type AccessKeyRecord = z.output<typeof accessKeyRecordSchema>;

/** Why a key is not taken any more; `undefined` while it is. */
export function endOf(record: AccessKeyRecord, now: number): "revoked" | "expired" | undefined {
  if (record.revoked_at !== undefined && record.revoked_at <= now) return "revoked";
  return record.expires_at !== undefined && record.expires_at <= now ? "expired" : undefined;
}
