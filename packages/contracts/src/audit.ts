import { z } from "zod";

/** What an audit event is about. */
export const auditActionSchema = z.enum([
  "query.create",
  "query.cancel",
  "query.delete",
  "tool_call.answer",
  "batch.create",
  "batch.cancel",
  "batch.pause",
  "batch.resume",
  "batch.update",
  "batch.retry",
  "batch.estimate",
  "batch.download",
  "file.create",
  "file.delete",
  "file.download",
  "webhook_endpoint.create",
  "webhook_endpoint.update",
  "webhook_endpoint.rotate_secret",
  "webhook_endpoint.test",
  "webhook_endpoint.delete",
  "key.create",
  "key.revoke",
  "key.rotate",
  "key.limit",
  "tenant.limit",
  "tenant.allow",
  "queue.change",
]);
export type AuditAction = z.output<typeof auditActionSchema>;

/**
 * How a request ended. `refused`: by the caller's fault (4xx); `failed`: by the server's (5xx); `interrupted`: the caller
 * left before the end of the answer.
 */
export const auditOutcomeSchema = z.enum(["done", "refused", "failed", "interrupted"]);
export type AuditOutcome = z.output<typeof auditOutcomeSchema>;

/** Who did what. It is stored as a line of JSON; times are Unix milliseconds. */
export const auditEventSchema = z.object({
  /** Ids sort by time. */
  id: z.string(),
  action: auditActionSchema,
  outcome: auditOutcomeSchema,
  /** `null` where it is not known on whose behalf the request came. */
  tenant: z.string().nullable(),
  /** `null` without a key. A key that was refused is named only if it was genuine. */
  key_id: z.string().nullable(),
  key_name: z.string().nullable(),
  /** Who acted without a key: a user of a machine, such as `ada@host`. */
  actor: z.string().nullable(),
  /** Method and path of the operation, or the command. */
  route: z.string(),
  /** What was created, read or changed; empty where nothing was. */
  object_ids: z.array(z.string()),
  /** HTTP status; `null` without one. */
  status: z.int().nullable(),
  error_code: z.string().nullable(),
  /** How many such requests the event tells of: refusals that repeat within a minute are one. */
  count: z.int(),
  /** The address that the connection came from; a proxy's, where there is one. */
  address: z.string().nullable(),
  /** What `X-Forwarded-For` said. Whoever reaches the server itself can write anything into it. */
  forwarded_for: z.string().nullable(),
  request_id: z.string().nullable(),
});
export type AuditEvent = z.output<typeof auditEventSchema>;

/** `waiting`: the storage takes nothing, and events are kept; `lost`: one was not stored before the end. */
export type AuditProblem = "waiting" | "lost" | "broken_line" | "not_removed";
