import { randomUUID } from "node:crypto";
import type { Logger } from "@bullpen/runtime";
import type { Request, RequestHandler, Response } from "express";

const HEADER = "x-request-id";

/** Names that callers may give a request: no character means anything to a log, a shell or a page. */
const WELL_FORMED = /^[\w.:=+/@-]{1,128}$/;

/** Characters of a path that a log line repeats. */
const LOGGED_CHARACTERS = 200;

/** What the log says about a response that is an error. */
interface Failure {
  readonly code?: string;
  readonly param?: string | null;
  readonly query_id?: string;
  /** The exception, when the server caused the failure. */
  readonly error?: unknown;
}

const failures = new WeakMap<Response, Failure>();

/** Remembers the first reason for which a request failed, for its one line in the log. */
export function noteFailure(response: Response, failure: Failure): void {
  if (!failures.has(response)) failures.set(response, failure);
}

/** The code of the error that a request ended with. */
export function failureCodeOf(response: Response): string | undefined {
  return failures.get(response)?.code;
}

/** The name of a request, which is in its answer and its log lines. */
export function requestIdOf(response: Response): string {
  return String(response.getHeader(HEADER));
}

/**
 * Names each request, by the caller's `X-Request-Id` or a new one, and writes a line for each that was refused or
 * failed. No line holds a body, a query string or a header.
 */
export function trackRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const given = request.get(HEADER);
    const id = given !== undefined && WELL_FORMED.test(given) ? given : `req_${randomUUID()}`;
    response.setHeader(HEADER, id);
    const begun = performance.now();
    response.once("close", () => logFailure(logger, request, response, begun));
    next();
  };
}

function logFailure(logger: Logger, request: Request, response: Response, begun: number): void {
  const failure = failures.get(response);
  if (response.statusCode < 400 && !failure) return;
  const [path = ""] = request.originalUrl.split("?");
  const { error, ...rest } = failure ?? {};
  const line = {
    request_id: requestIdOf(response),
    method: request.method,
    path: path.slice(0, LOGGED_CHARACTERS),
    status: response.statusCode,
    ...rest,
    ms: Math.round(performance.now() - begun),
    ...(error !== undefined && { err: error }),
  };
  if (error !== undefined) logger.error(line, "a request failed");
  else if (response.statusCode >= 500) logger.warn(line, "a request failed");
  else logger.info(line, "a request was refused");
}
