import type { NewAuditEvent } from "./audit-log.js";

/** What was done without a request to the api: by a command, or by who signed in. */
export function eventOutsideRequests(
  event: Pick<NewAuditEvent, "action" | "tenant" | "key_id" | "key_name" | "actor" | "route" | "object_ids">,
): NewAuditEvent {
  return {
    ...event,
    outcome: "done",
    status: null,
    error_code: null,
    count: 1,
    address: null,
    forwarded_for: null,
    request_id: null,
  };
}
