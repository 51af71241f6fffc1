import { readTraceContext, type TraceContext } from "@bullpen/contracts";
import type { Tracing } from "@bullpen/tracing";
import type { Request, RequestHandler } from "express";
import { routeOf } from "../metrics/request-metrics.js";
import { requestIdOf } from "./track-requests.js";

/** Where in which trace requests are. */
const contexts = new WeakMap<Request, TraceContext>();

/**
 * Gives each POST a span below the caller's; others change nothing, and would bury these. Without tracing the caller's
 * context is kept as it is: the workers may have tracing on.
 */
export function traceRequests(tracing: Tracing | undefined): RequestHandler {
  return (request, response, next) => {
    if (request.method !== "POST") return next();
    const parent = readTraceContext(request.get("traceparent"), request.get("tracestate"));
    const span = tracing?.startRequest({
      method: request.method,
      path: request.path,
      scheme: request.protocol,
      requestId: requestIdOf(response),
      parent,
    });
    const context = span?.context ?? parent;
    if (context) contexts.set(request, context);
    if (span) response.once("close", () => span.end(response.statusCode, routeOf(request)));
    next();
  };
}

/**
 * What queries of a request keep of its trace. A single one belongs to it; of many each has a trace of its own with a
 * link to it: thousands of queries in one trace are no use to anybody.
 */
export function traceContextOf(request: Request, queries: number): { trace_context?: TraceContext } {
  const context = contexts.get(request);
  if (!context) return {};
  return { trace_context: queries > 1 ? { ...context, linked: true } : context };
}
