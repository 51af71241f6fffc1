import { ApiError } from "@bullpen/protocol";
import { type RequestGuard, SECURITY_HEADERS } from "@bullpen/runtime";
import cors from "cors";
import type { RequestHandler } from "express";

/** How long a browser may remember what an origin is allowed, in seconds. */
const REMEMBERED_SECONDS = 600;

/** Headers of answers that a page's script may read besides the few that it may anyway. */
const READABLE_HEADERS = [
  "content-disposition",
  "content-range",
  "etag",
  "retry-after",
  "x-request-id",
  "x-should-retry",
];

/** Answers only requests that name this machine, and no web pages but those whose origin is allowed. */
export function refuseStrangers(guard: RequestGuard): RequestHandler {
  return (request, response, next) => {
    response.set(SECURITY_HEADERS);
    const refusal = guard.refusalOf(request);
    next(refusal && new ApiError(refusal.code, refusal.message));
  };
}

/**
 * Lets pages of allowed origins (`CORS_ORIGINS`) send what they like and read the answers. Nothing is said to
 * others, nor to a page from outside that asks whether it may reach into the private network.
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
