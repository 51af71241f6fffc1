import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { pipeline } from "node:stream";
import { errorMessage } from "@bullpen/base";
import { ApiError } from "@bullpen/protocol";
import type { Logger } from "@bullpen/runtime";
import type { Request, RequestHandler, Response } from "express";
import type { RequestKeys } from "../sign-in/request-keys.js";

export interface ProxyOptions {
  /** Where the api is, such as `http://127.0.0.1:3000`. */
  readonly apiUrl: string;
  readonly requestKeys: RequestKeys;
  readonly logger: Logger;
}

/** What the api is told of a request. Its origin and cookies concern the dashboard alone, which has checked them. */
const REQUEST_HEADERS = [
  "accept",
  "accept-encoding",
  "content-length",
  "content-type",
  "idempotency-key",
  "if-none-match",
  "if-range",
  "range",
  "transfer-encoding",
  "user-agent",
];

/** What concerns the connection to the api alone, and what would make a browser ask for a password. */
const KEPT_BACK = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "www-authenticate"]);

/** Sends what comes under `/v1` to the api, with the key of who has signed in, and its answers back as they come. */
export function proxyApi({ apiUrl, requestKeys, logger }: ProxyOptions): RequestHandler {
  const target = new URL(apiUrl);
  const isHttps = target.protocol === "https:";
  const send = isHttps ? httpsRequest : httpRequest;
  const agent = isHttps ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const base = target.pathname.replace(/\/$/, "");
  return async (request, response, next) => {
    const { key } = await requestKeys.check(request);
    if (response.destroyed) return;
    const outgoing = send({
      agent,
      protocol: target.protocol,
      hostname: target.hostname.replace(/^\[|\]$/g, ""),
      port: target.port,
      method: request.method,
      path: base + request.baseUrl + request.url,
      headers: headersOf(request, key),
    });
    outgoing.on("response", (answer) => giveBack(answer, response));
    outgoing.on("error", (error) => {
      if (response.headersSent || response.destroyed) return void response.destroy();
      logger.warn({ err: error, api: target.origin }, "the api does not answer");
      next(
        new ApiError(
          "server_busy",
          `The api at ${target.origin} does not answer (${errorMessage(error)}). This page tries again by itself; API_URL names the api.`,
        ),
      );
    });
    response.on("close", () => outgoing.destroy());
    // A failing body ends the request to the api, whose answer may be there already.
    pipeline(request, outgoing, () => {});
  };
}

function headersOf(request: Request, key: string | undefined): Record<string, string> {
  const given = REQUEST_HEADERS.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  // For the audit log alone: whoever reaches the api itself can say anything.
  const from = [request.get("x-forwarded-for"), request.socket.remoteAddress].filter(Boolean).join(", ");
  return {
    ...Object.fromEntries(given),
    "x-forwarded-for": from,
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
}

function giveBack(answer: IncomingMessage, response: Response): void {
  response.status(answer.statusCode ?? 502);
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !KEPT_BACK.has(name)) response.setHeader(name, value);
  }
  response.setHeader("via", "1.1 bullpen-dashboard");
  // What it tells is somebody's, and has changed a moment later.
  if (answer.headers["cache-control"] === undefined) response.setHeader("cache-control", "no-store");
  // Headers of a stream come before its first event.
  response.flushHeaders();
  pipeline(answer, response, () => {});
}
