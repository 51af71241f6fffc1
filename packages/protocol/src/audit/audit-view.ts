import { auditActionSchema, auditEventSchema, auditOutcomeSchema, tenantSchema } from "@bullpen/contracts";
import { z } from "zod";
import { pageSchema, pageSettings } from "../list.js";

/** All tenants, and those whose tenant is not known, as a value of `tenant`. */
export const ALL_TENANTS = "*";

const timeMessage = "must be a date such as 2026-11-28, or a time such as 2026-11-28T09:30:00Z";
/** Unix milliseconds. */
const timeSchema = z
  .union([z.iso.date(timeMessage), z.iso.datetime({ offset: true, error: timeMessage })], timeMessage)
  .transform((text) => Date.parse(text));

/** `GET /v1/audit` */
export const listAuditParameters = z.object({
  since: timeSchema.optional().describe("Only events from this time on; a date begins at midnight, UTC."),
  until: timeSchema.optional().describe("Only events before this time."),
  key_id: z.string().max(100).optional().describe("Only what was done with this key."),
  action: auditActionSchema.optional().describe("Only events of this action."),
  outcome: auditOutcomeSchema.optional().describe("Only requests that ended so."),
  object_id: z.string().max(200).optional().describe("Only what was done to the object with this id."),
  tenant: z
    .union([tenantSchema, z.literal(ALL_TENANTS)], "must be a tenant's name, or * for all")
    .optional()
    .describe(
      "Whose events. Default: those of the key's own tenant; `*`: all, and those whose tenant is not known.",
    ),
  ...pageSettings("audit_event", 100, 1_000),
});

const { shape } = auditEventSchema;

/** Who did what. */
export const auditEventViewSchema = z.object({
  id: shape.id,
  object: z.literal("audit_event"),
  created_at: z.int().describe("Unix milliseconds: when the request ended."),
  action: shape.action,
  outcome: shape.outcome.describe(
    "`refused`: by the caller's fault; `failed`: by the server's; `interrupted`: the caller left before the end of the answer.",
  ),
  tenant: shape.tenant.describe("Null where it is not known on whose behalf the request came."),
  key_id: shape.key_id.describe("Null without a key; one that was refused is named only if it is genuine."),
  key_name: shape.key_name,
  actor: shape.actor.describe("Who acted without a key: a user of a machine."),
  route: shape.route.describe("Method and path of the operation, or the command."),
  object_ids: shape.object_ids.describe("What was created, read or changed."),
  status: shape.status.describe("The HTTP status; null without one."),
  error_code: shape.error_code,
  count: shape.count.describe("Refusals that repeat within a minute are one event; how many they are."),
  address: shape.address.describe("Where the connection came from: a proxy, where there is one."),
  forwarded_for: shape.forwarded_for.describe(
    "`X-Forwarded-For`, as it came: whoever reaches the server itself can write anything into it.",
  ),
  request_id: shape.request_id,
});
export type AuditEventView = z.output<typeof auditEventViewSchema>;

export const auditPageSchema = pageSchema(auditEventViewSchema);
