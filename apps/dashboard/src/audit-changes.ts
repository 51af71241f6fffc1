import type { AuditTrail } from "@bullpen/storage";
import type { Request, RequestHandler, Response } from "express";
import type { RequestKeys } from "./sign-in/request-keys.js";

export interface AuditChangesOptions {
  readonly requestKeys: RequestKeys;
  readonly audit: AuditTrail;
}

/** Characters of a path that an event repeats: names of queues and jobs take less. */
const MAX_CHARACTERS = 300;

/** Notes in the audit log who retries, removes or pauses jobs, or tries to. */
export function auditChanges({ audit, requestKeys }: AuditChangesOptions): RequestHandler {
  return async (request, response, next) => {
    if (request.method === "GET" || request.method === "HEAD") return next();
    const owner = await requestKeys.ownerOf(request).catch(() => undefined);
    const address = request.socket.remoteAddress ?? null;
    response.once("close", () => {
      audit.note({
        action: "queue.change",
        outcome: outcomeOf(response),
        tenant: owner?.tenant ?? null,
        key_id: owner?.keyId ?? null,
        key_name: owner?.keyName ?? null,
        actor: null,
        route: routeOf(request),
        object_ids: [],
        status: response.statusCode,
        error_code: null,
        count: 1,
        address,
        forwarded_for: request.get("x-forwarded-for")?.slice(0, MAX_CHARACTERS) ?? null,
        request_id: null,
      });
    });
    next();
  };
}

function outcomeOf({ statusCode }: Response) {
  if (statusCode >= 500) return "failed";
  return statusCode >= 400 ? "refused" : "done";
}

/** Names of queues and jobs are in the path. */
function routeOf({ method, originalUrl }: Request): string {
  return `${method} ${originalUrl.split("?")[0]?.slice(0, MAX_CHARACTERS)}`;
}
