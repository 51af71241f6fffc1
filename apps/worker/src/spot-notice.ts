import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { every } from "@bullpen/base";
import { HttpClient } from "@bullpen/outbound/client";
import type { Logger } from "@bullpen/runtime";

export interface SpotNoticeOptions {
  /** Where the cloud tells it: `http:`, `https:` or `file:`. */
  readonly url: string;
  readonly logger: Pick<Logger, "warn">;
  /** Called once, when the machine is about to be taken back. */
  readonly onNotice: () => void;
  /** Milliseconds between two questions. Default: 2,000, of the 25 s at least that clouds leave after a notice. */
  readonly everyMs?: number;
}

const EVERY_MS = 2_000;
/** A metadata server is on the machine itself. */
const TIMEOUT_MS = 1_500;
const MAX_BYTES = 65_536;
/** Google's and Azure's servers answer only to those who send these; AWS ignores them. */
const HEADERS = { "Metadata-Flavor": "Google", Metadata: "true" };
/** AWS hands out a token for its metadata, for so many seconds. */
const TOKEN_SECONDS = "21600";

/**
 * Asks whether a rented machine is about to be taken back. A failure is reported once in a row and asked again.
 *
 * @returns the function that stops asking.
 */
export function watchSpotNotice(options: SpotNoticeOptions): () => Promise<void> {
  const { url, logger, onNotice, everyMs = EVERY_MS } = options;
  const client = new HttpClient();
  let hasNotice = false;
  let fails = false;
  const ask = async () => {
    if (hasNotice) return;
    const notice = url.startsWith("file:") ? await readNotice(url) : await requestNotice(client, url);
    fails = false;
    if (notice === undefined) return;
    hasNotice = true;
    logger.warn({ notice }, "this machine is about to be taken back: the worker drains");
    onNotice();
  };
  const onError = (error: Error) => {
    if (!fails) logger.warn({ err: error }, "SPOT_NOTICE_URL does not answer: a notice would not be seen");
    fails = true;
  };
  const stop = every(everyMs, ask, { onError, immediately: true });
  return async () => {
    await stop();
    await client.destroy();
  };
}

async function readNotice(url: string): Promise<string | undefined> {
  try {
    return findNotice(await readFile(fileURLToPath(url), "utf8")) ?? "the file is there";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function requestNotice(client: HttpClient, url: string): Promise<string | undefined> {
  let response = await get(client, url, HEADERS);
  if (response.status === 401) {
    const token = await requestToken(client, url);
    response = await get(client, url, { ...HEADERS, "X-aws-ec2-metadata-token": token });
  }
  const text = await response.text();
  if (response.status === 404) return undefined; // AWS, as long as there is no notice
  if (!response.ok) throw new Error(`${url} answers ${response.status}.`);
  return findNotice(text);
}

async function requestToken(client: HttpClient, url: string): Promise<string> {
  const headers = { "X-aws-ec2-metadata-token-ttl-seconds": TOKEN_SECONDS };
  const target = new URL("/latest/api/token", url);
  const response = await client.fetch(
    target,
    { method: "PUT", headers, signal: AbortSignal.timeout(TIMEOUT_MS) },
    { maxBytes: MAX_BYTES },
  );
  const token = await response.text();
  if (!response.ok) throw new Error(`${target} answers ${response.status}.`);
  return token;
}

function get(client: HttpClient, url: string, headers: Readonly<Record<string, string>>) {
  return client.fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }, { maxBytes: MAX_BYTES });
}

/**
 * The notice in what a metadata server answers: AWS tells an action, Google `TRUE`, Azure a list of events, of which
 * `Preempt` is one; others tell of maintenance, which is no reason to go.
 */
export function findNotice(text: string): string | undefined {
  const said = text.trim();
  if (/^(?:|false|none)$/i.test(said)) return undefined;
  const events = readEvents(said);
  if (events === undefined) return said;
  return events.some((event) => event.EventType === "Preempt") ? said : undefined;
}

/** `Events` of Azure's document; `undefined` for any other text. */
function readEvents(text: string): readonly { readonly EventType?: unknown }[] | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const { Events: events } = JSON.parse(text) as { readonly Events?: unknown };
    return Array.isArray(events) ? events.filter((event) => event !== null) : undefined;
  } catch {
    return undefined;
  }
}
