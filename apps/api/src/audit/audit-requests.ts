import { type AuditOutcome, redactContent } from "@bullpen/contracts";
import { ApiError } from "@bullpen/protocol";
import { type AuditedOperation, auditedOperation } from "@bullpen/protocol/openapi";
import type { AuditTrail, NewAuditEvent } from "@bullpen/storage";
import type { Request, RequestHandler, Response } from "express";
import { actorOf } from "../access/principal.js";
import { failureCodeOf, requestIdOf } from "../http/track-requests.js";

/** Characters of a text of the caller's that an event repeats. */
const MAX_CHARACTERS = 100;

const objects = new WeakMap<Response, readonly string[]>();

/** Remembers what a request has made: whatever comes of the answer, the audit log says that it was done. */
export function noteCreated(response: Response, ids: readonly string[]): void {
  objects.set(response, ids);
}

/**
 * Notes every request that changes something or downloads content in the audit log, when its answer has ended. It comes
 * before whatever may refuse a request.
 */
export function auditRequests(audit: AuditTrail): RequestHandler {
  return (request, response, next) => {
    const operation = auditedOperation(request.method, request.path);
    if (!operation) return next();
    if (audit.isFull) return next(refusal());
    // Not known any more once the connection is closed.
    const address = request.socket.remoteAddress?.replace(/^::ffff:(?=[\d.]+$)/, "") ?? null;
    response.once("close", () => audit.note(toEvent(operation, request, response, address)));
    next();
  };
}

function refusal(): ApiError {
  return new ApiError(
    "storage_unavailable",
    "The audit log cannot be written: the server's storage takes nothing. Its operator must look after it. Try again.",
  );
}

function toEvent(
  { route, action, objectId }: AuditedOperation,
  request: Request,
  response: Response,
  address: string | null,
): NewAuditEvent {
  const created = objects.get(response);
  const forwardedFor = request.get("x-forwarded-for");
  return {
    action,
    outcome: created ? "done" : outcomeOf(response),
    ...actorOf(request),
    actor: null,
    route,
    object_ids: [...new Set([...(created ?? []), ...(objectId === undefined ? [] : [short(objectId)])])],
    status: response.headersSent ? response.statusCode : null,
    error_code: failureCodeOf(response) ?? null,
    count: 1,
    address,
    forwarded_for: forwardedFor === undefined ? null : short(forwardedFor),
    request_id: requestIdOf(response),
  };
}

function outcomeOf({ headersSent, statusCode, writableFinished }: Response): AuditOutcome {
  if (headersSent && statusCode >= 500) return "failed";
  if (headersSent && statusCode >= 400) return "refused";
  return writableFinished ? "done" : "interrupted";
}

/** A part of a text that the caller wrote, without what looks like a secret. */
function short(text: string): string {
  return redactContent(text.slice(0, MAX_CHARACTERS));
}
