import { Histogram, type Registry } from "@bullpen/runtime";
import type { Request, RequestHandler } from "express";

/** Methods by name; a label takes no text of a caller's. */
const METHODS = new Set(["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"]);

/** Times every request by method, route and status. Routes are patterns, so that no id becomes a label. */
export function timeRequests(registry: Registry): RequestHandler {
  const seconds = new Histogram({
    name: "bullpen_http_request_seconds",
    help: "Time of a request until its response has ended or broken off. Requests that wait or stream count whole.",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers: [registry],
  });
  return (request, response, next) => {
    const begun = performance.now();
    response.once("close", () => {
      const labels = { method: methodOf(request), route: routeOf(request), status: response.statusCode };
      seconds.observe(labels, (performance.now() - begun) / 1_000);
    });
    next();
  };
}

function methodOf({ method }: Request): string {
  return METHODS.has(method) ? method : "other";
}

/** The pattern of the route that answered; `other` where none did, such as for an unknown path. */
export function routeOf(request: Request): string {
  const path: unknown = request.route?.path;
  return typeof path === "string" ? path : "other";
}
