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

const limitSchema = z.int().min(1).nullable().optional();

/** What a key, or a whole tenant, may use. A limit that is missing is the default, `null` lifts the default. */
export const accessLimitsSchema = z.object({
  requests_per_minute: limitSchema,
  /** Tokens that models read and write for it in a day of UTC. */
  tokens_per_day: limitSchema,
  /** Queries, besides those of batches, that have not ended. */
  queued_queries: limitSchema,
  /** Batches that have not ended. */
  batches: limitSchema,
  /** Bytes of files. */
  stored_bytes: limitSchema,
});
export type AccessLimits = z.output<typeof accessLimitsSchema>;
export type LimitName = keyof AccessLimits;

const namesSchema = z.array(z.string()).nullable().optional();

/**
 * What a tenant may use of models and of Bullpen's tools: names, or the beginning of names and a star (`github.*`). Missing
 * or `null`: all.
 */
export const accessRightsSchema = z.object({ models: namesSchema, tools: namesSchema });
export type AccessRights = z.output<typeof accessRightsSchema>;

/** Whether a list of {@link AccessRights} has a name. */
export function hasRight(allowed: readonly string[] | null | undefined, name: string): boolean {
  if (!allowed) return true;
  return allowed.some((one) => (one.endsWith("*") ? name.startsWith(one.slice(0, -1)) : one === name));
}

/** A tenant's name is part of storage keys and of keys in Redis. */
export const tenantSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,39}$/,
    "must be 1 to 40 lowercase letters, digits and dashes, beginning with a letter or a digit",
  );
