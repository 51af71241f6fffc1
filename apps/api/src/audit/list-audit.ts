import { type AuditEvent, idTime, mayDo } from "@bullpen/contracts";
import {
  ALL_TENANTS,
  ApiError,
  type AuditEventView,
  listAuditParameters,
  parseRequest,
  toPage,
} from "@bullpen/protocol";
import type { RequestHandler } from "express";
import type { z } from "zod";
import { principalOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";

/** Events that one request searches for rare ones; `last_id` then tells where to continue. */
const MAX_SCANNED = 20_000;

type Wanted = z.output<typeof listAuditParameters>;

/** `GET /v1/audit`: who did what, newest first; the next page is `after=last_id`. */
export function listAudit({ audit }: Pick<ApiContext, "audit">): RequestHandler {
  return async (request, response) => {
    const wanted = parseRequest(listAuditParameters, request.query);
    const { tenant: own, role } = principalOf(request);
    const tenant = wanted.tenant ?? own;
    if (tenant !== own && !mayDo(role, "admin")) {
      const message = "tenant: a key of the role admin may name another tenant.";
      throw new ApiError("permission_denied", message, "tenant");
    }
    const { since, until, after, limit } = wanted;
    const found: AuditEventView[] = [];
    let lastId = after;
    let scanned = 0;
    for await (const event of audit.read({ since, until, before: after })) {
      if (found.length === limit || scanned++ === MAX_SCANNED)
        return void response.json(toPage(found, true, lastId));
      lastId = event.id;
      if (isWanted(event, { ...wanted, tenant })) found.push(toView(event));
    }
    response.json(toPage(found, false, lastId));
  };
}

function isWanted(event: AuditEvent, { tenant, key_id, action, outcome, object_id }: Wanted): boolean {
  return (
    (tenant === ALL_TENANTS || event.tenant === tenant) &&
    (key_id === undefined || event.key_id === key_id) &&
    (action === undefined || event.action === action) &&
    (outcome === undefined || event.outcome === outcome) &&
    (object_id === undefined || event.object_ids.includes(object_id))
  );
}

function toView({ id, ...event }: AuditEvent): AuditEventView {
  return { id, object: "audit_event", created_at: idTime(id), ...event };
}
