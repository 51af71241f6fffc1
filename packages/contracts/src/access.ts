import { z } from "zod";

/**
 * What a key may do; each may also do what those before it may.
 *
 * - `read`: read what its tenant has.
 * - `submit`: also create, cancel and delete queries, batches and files.
 * - `operate`: also set up webhooks and see queues and workers.
 * - `admin`: also manage keys.
 */
export const roleSchema = z.enum(["read", "submit", "operate", "admin"]);
export type Role = z.output<typeof roleSchema>;

/** Whether a key of a role may do what another role is needed for. */
export function mayDo(role: Role, needed: Role): boolean {
  return roleSchema.options.indexOf(role) >= roleSchema.options.indexOf(needed);
}

/** The tenant of requests without a key, where none is needed. Stored jobs and paths hold this name. */
export const DEFAULT_TENANT = "default";

/** A tenant's name is part of storage keys and of keys in Redis. */
export const tenantSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,39}$/,
    "must be 1 to 40 lowercase letters, digits and dashes, beginning with a letter or a digit",
  );
