import type { BullpenClient } from "@bullpen/client";
import type { OpenApiDocument } from "@bullpen/protocol/openapi";
import { Random } from "../evaluation-sets/random.js";
import { AnswerChecker } from "../testing/answers/answer-checker.js";
import { type HttpReply, type HttpRequest, send, toBytes } from "./http-request.js";
import { mutateRequest } from "./mutate-request.js";
import { validRequests } from "./valid-requests.js";

export interface MutationsOptions {
  readonly url: string;
  readonly client: BullpenClient;
  readonly document: OpenApiDocument;
  readonly count: number;
  readonly seed: number;
  /** Whether the server has not been started again meanwhile. */
  readonly isAlive: () => boolean;
}

export interface MutationsReport {
  readonly sent: number;
  readonly byStatus: ReadonlyMap<string, number>;
  /** What must not be, each kind once, with the request. */
  readonly problems: readonly string[];
}

const CONCURRENCY = 24;

/** After so many requests the objects that they are about are made again: mutations delete and cancel them, too. */
const PER_ROUND = 1_000;

/** No answer waits longer, unless it is asked to. */
const TIMEOUT_MS = 20_000;
/** Answers that stay open are read for so long. */
const STREAM_MS = 1_500;

/** Asks the server to wait, so silence is an answer. */
const WAITS = /wait|follow|events|results|stream|lease/i;

/** What Node's parser of HTTP answers by itself, without a body. */
const OF_THE_PARSER: ReadonlySet<number> = new Set([400, 408, 413, 417, 431]);

/** Sends mutations of valid requests, and says which answers must not be. */
export async function runMutations(options: MutationsOptions): Promise<MutationsReport> {
  const { client, document, count, seed, isAlive } = options;
  const random = new Random(seed);
  const checker = new AnswerChecker(document);
  const byStatus = new Map<string, number>();
  const problems = new Map<string, string>();
  const port = Number(new URL(options.url).port);
  let sent = 0;
  while (sent < count && isAlive()) {
    const valid = await validRequests(client, document, options.url);
    const round = Math.min(PER_ROUND, count - sent);
    // Made before they are sent: the order of answers changes nothing of them.
    const mutations = Array.from({ length: round }, () => mutateRequest(random.pick(valid), random));
    await inParallel(mutations, async ({ request, what }) => {
      const reply = await send(toBytes(request), { port, timeoutMs: TIMEOUT_MS, streamMs: STREAM_MS });
      const name = typeof reply === "string" ? reply : String(reply.status);
      byStatus.set(name, (byStatus.get(name) ?? 0) + 1);
      const problem = problemOf(checker, request, reply);
      if (problem !== undefined)
        problems.set(problem.slice(0, 80), `${problem}\n  ${what}: ${shown(request)}`);
    });
    sent += round;
  }
  if (!isAlive()) problems.set("died", "the api died");
  return { sent, byStatus, problems: [...problems.values()] };
}

function problemOf(
  checker: AnswerChecker,
  request: HttpRequest,
  reply: HttpReply | "closed" | "silent",
): string | undefined {
  const { method, target } = request;
  if (reply === "closed") return isWhole(request) ? "closed without an answer" : undefined;
  if (reply === "silent")
    return isWhole(request) && !WAITS.test(`${target}${Buffer.from(request.body)}`) ? "no answer" : undefined;
  const { status, headers, body } = reply;
  if (status >= 500 && status !== 503) return `${status}: ${body.slice(0, 300)}`;
  if (status === 503) return `503 of a server that has room: ${body.slice(0, 300)}`;
  if (!headers.has("x-request-id"))
    return OF_THE_PARSER.has(status) ? undefined : `${status} without a name: ${body.slice(0, 300)}`;
  if (!reply.isWhole) return undefined; // a stream
  const path = (target.split("?")[0] ?? "").trim(); // spaces at its end are none of it
  return checker.problemOf({ method, path, status, type: headers.get("content-type") ?? "", body });
}

/** Whether a server can tell that the request has ended: else it waits for the rest, and may close the connection. */
function isWhole({ method, headers, body }: HttpRequest): boolean {
  const values = (name: string) => headers.filter(([other]) => other === name).map(([, value]) => value);
  if (values("transfer-encoding").length > 0 || values("upgrade").length > 0 || values("expect").length > 0)
    return false;
  const lengths = values("content-length");
  if (method === "HEAD" || method === "CONNECT") return false;
  return lengths.length === 0 ? true : lengths.length === 1 && lengths[0] === String(body.length);
}

function shown({ method, target, headers, body }: HttpRequest): string {
  const head = headers.map(([name, value]) => `${name}: ${value}`).join(", ");
  return `${method} ${target} (${head}) ${JSON.stringify(Buffer.from(body).toString("utf8")).slice(0, 600)}`;
}

async function inParallel<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const one = async () => {
    for (const item of rest) await run(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, one));
}
