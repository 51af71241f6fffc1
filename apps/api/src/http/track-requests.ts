import { randomUUID } from "node:crypto";
import type { Logger } from "@bullpen/runtime";
import type { Request, RequestHandler, Response } from "express";

const HEADER = "x-request-id";

/** What callers may name a request: nothing that a log, a shell or a page could read as more than a name. */
const WELL_FORMED = /^[\w.:=+/@-]{1,128}$/;

/** As much of a path as a log line repeats. */
const LOGGED_CHARACTERS = 200;

/** What a response says of itself in the log: why it is an error. */
interface Failure {
  readonly code?: string;
  readonly param?: string | null;
  readonly query_id?: string;
  /** What went wrong with us. */
  readonly error?: unknown;
}

const failures = new WeakMap<Response, Failure>();

/** Remembers why a request failed, the first reason of several, for the one line that the log has about it. */
export function noteFailure(response: Response, failure: Failure): void {
  if (!failures.has(response)) failures.set(response, failure);
}

/** The name of a request, which its answer and its log lines carry. */
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
