import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { errorMessage } from "@bullpen/base";
import { redact } from "@bullpen/contracts";
import { createHttpServer } from "./http-server.js";
import type { MetricsSource } from "./metrics.js";
import { RequestGuard, type RequestGuardOptions } from "./request-guard.js";
import { SECURITY_HEADERS } from "./security-headers.js";

export interface HealthOptions {
  /** By which names the process may be called. */
  readonly env: Pick<RequestGuardOptions, "HOST" | "ALLOWED_HOSTS">;
  readonly metrics: MetricsSource;
  /** Resolves when the process can work; rejects with the reason why not. */
  readonly checkReady: () => Promise<void>;
}

/**
 * The HTTP side of a process without one of its own: `/healthz` (alive), `/readyz` (able to work,
 * else 503 with the reason), `/metrics` (Prometheus text) and `/metrics.json` (the same for a parent that
 * adds up the figures of its processes).
 */
export function createHealthServer(options: HealthOptions): Server {
  const { HOST, ALLOWED_HOSTS } = options.env;
  const guard = new RequestGuard({ HOST, ALLOWED_HOSTS });
  const listener: RequestListener = (request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const refusal = guard.refusalOf(request);
    if (refusal) {
      sendJson(response, refusal.status, { status: "refused", reason: refusal.message });
      return;
    }
    answer(request, response, options).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(redact(String(error)));
    });
  };
  return createHttpServer({ listener });
}

async function answer(
  { method, url = "/" }: IncomingMessage,
  response: ServerResponse,
  options: HealthOptions,
): Promise<void> {
  const path = url.replace(/^https?:\/\/[^/]*/i, "").split("?")[0];
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    sendJson(response, 405, { status: "method not allowed" });
  } else if (path === "/healthz") sendJson(response, 200, { status: "ok" });
  else if (path === "/readyz") sendJson(response, ...(await readiness(options.checkReady)));
  else if (path === "/metrics") {
    response.setHeader("content-type", options.metrics.contentType);
    response.end(await options.metrics.metrics());
  } else if (path === "/metrics.json") sendJson(response, 200, await options.metrics.getMetricsAsJSON());
  else sendJson(response, 404, { status: "not found" });
}

/** Status code and body of a readiness check. */
export async function readiness(
  checkReady: () => Promise<void>,
): Promise<[number, { status: string; reason?: string }]> {
  try {
    await checkReady();
    return [200, { status: "ok" }];
  } catch (error) {
    const reason = redact(errorMessage(error));
    return [503, { status: "unavailable", reason }];
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}
