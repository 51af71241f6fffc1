import { listAuditParameters } from "../audit/audit-view.js";
import type { Operation } from "./operation.js";

export const auditOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/audit",
    id: "list_audit_events",
    tag: "Audit",
    role: "admin",
    summary: "List who did what, newest first",
    description:
      "What was created, cancelled, deleted and downloaded, and which keys were changed; refused requests too. A search for something rare may return a short page, or an empty one, while `has_more` is true.",
    query: listAuditParameters,
    answers: { 200: { description: "A page of events.", json: "AuditPage" } },
    errors: [],
  },
];
