// Loaded before everything else in each process of a test run (NODE_OPTIONS, see scripts/test.mjs): writes down
// every answer that an api of that process gives and every webhook that a receiver gets, so that all of them can be
// compared with /openapi.json.
import { subscribe } from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";

/** A webhook as its receiver in a test got it. */
export interface RecordedWebhook {
  readonly headers: IncomingHttpHeaders;
  readonly webhook: string;
}

export interface RecordedAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly type: string;
  /** Only of JSON, lines and events. */
  readonly body: string;
}

/** Longer bodies are lists of what shorter ones show. */
const LONGEST_BODY = 1_000_000;

const folder = process.env.RECORDED_ANSWERS;
if (folder !== undefined && isMainThread) {
  const file = join(folder, `${process.pid}.jsonl`);
  subscribe("http.server.request.start", (message) => {
    // A cast: Node documents the channel's messages.
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const record = (entry: RecordedAnswer | RecordedWebhook) =>
      appendFileSync(file, `${JSON.stringify(entry)}\n`);
    if (request.headers["webhook-signature"] !== undefined) watchWebhook(request, record);
    watch(request, response, record);
  });
}

function watch(
  request: IncomingMessage,
  response: ServerResponse,
  record: (answer: RecordedAnswer) => void,
): void {
  const { method = "", url = "" } = request;
  const parts: Buffer[] = [];
  let bytes = 0;
  const keep = (part: unknown) => {
    if (bytes > LONGEST_BODY || (typeof part !== "string" && !(part instanceof Uint8Array))) return;
    const chunk = Buffer.from(part as string); // a cast: `Buffer.from` takes both
    bytes += chunk.byteLength;
    if (bytes <= LONGEST_BODY) parts.push(chunk);
  };
  const { write, end } = response;
  // Casts: both are passed on whatever they were called with.
  response.write = ((...args: Parameters<typeof write>) => {
    keep(args[0]);
    return write.apply(response, args);
  }) as typeof write;
  response.end = ((...args: Parameters<typeof end>) => {
    keep(args[0]);
    return end.apply(response, args);
  }) as typeof end;
  response.once("finish", () => {
    // Only the api names its requests. What the dashboard passes on is recorded by the api itself.
    if (response.getHeader("x-request-id") === undefined || response.hasHeader("via")) return;
    if (bytes > LONGEST_BODY) return;
    const type = String(response.getHeader("content-type") ?? "");
    const body = /json|event-stream/.test(type) ? Buffer.concat(parts).toString("utf8") : "";
    record({ method, path: url.split("?")[0] ?? "", status: response.statusCode, type, body });
  });
}

function watchWebhook(request: IncomingMessage, record: (webhook: RecordedWebhook) => void): void {
  const parts: Buffer[] = [];
  const { push } = request;
  // Node hands each part of the body to `push`, whether or not the receiver reads it.
  request.push = (part: Buffer | null) => {
    if (part) parts.push(part);
    else record({ headers: request.headers, webhook: Buffer.concat(parts).toString("utf8") });
    return push.call(request, part);
  };
}
