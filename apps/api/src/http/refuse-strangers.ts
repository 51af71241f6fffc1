import { ApiError } from "@bullpen/protocol";
import { type RequestGuard, SECURITY_HEADERS } from "@bullpen/runtime";
import cors from "cors";
import type { RequestHandler } from "express";

/** How long a browser may remember what an origin is allowed, in seconds. */
const REMEMBERED_SECONDS = 600;

/** Response headers that a page's script may read, in addition to those that every script may. */
const READABLE_HEADERS = [
  "content-disposition",
  "content-range",
  "etag",
  "retry-after",
  ...["limit", "remaining", "reset"].flatMap((name) => [
    `x-ratelimit-${name}-requests`,
    `x-ratelimit-${name}-tokens`,
  ]),
  "x-request-id",
  "x-should-retry",
];

/** Refuses requests for other hosts, and those of web pages whose origin is not allowed. */
export function refuseStrangers(guard: RequestGuard): RequestHandler {
  return (request, response, next) => {
    response.set(SECURITY_HEADERS);
    const refusal = guard.refusalOf(request);
    next(refusal && new ApiError(refusal.code, refusal.message));
  };
}

/**
 * Lets pages of allowed origins (`CORS_ORIGINS`) send any request and read the answers. Others get no CORS
 * header, and no page gets permission to reach into the private network.
 */
export function allowOrigins(guard: RequestGuard): RequestHandler {
  return cors((request, answer) => {
    const { origin } = request.headers;
    answer(null, {
      origin: origin !== undefined && guard.allowsOrigin(origin) ? origin : false,
      methods: ["GET", "HEAD", "POST", "DELETE"],
      exposedHeaders: READABLE_HEADERS,
      maxAge: REMEMBERED_SECONDS,
    });
  });
}
