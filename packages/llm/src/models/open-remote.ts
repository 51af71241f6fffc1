import { errorMessage, parseRetryAfter } from "@bullpen/base";
import type { Dispatcher } from "undici";
import { ModelLoadError } from "../llama/load/model-load-error.js";
import { isPassingStatus, PassingFailure, refusalOf, shown } from "./download-error.js";
import type { Hub } from "./hub.js";

export interface OpenRemoteOptions {
  readonly hub: Hub;
  readonly headers: Readonly<Record<string, string>>;
  /** The connections. How long a server may say nothing is theirs to limit. */
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal | undefined;
}

/** A response whose body has not been read. */
export interface RemoteResponse {
  /** 200, 206 or 416. */
  readonly status: number;
  /** Of the last server. */
  readonly headers: Readonly<Record<string, string>>;
  /** The SHA-256 of the whole file, where the hub says it. */
  readonly linkedSha256: string | undefined;
  /** The bytes of the whole file, where the hub says it. */
  readonly linkedBytes: number | undefined;
  readonly body: Dispatcher.ResponseData["body"];
}

/** As many as browsers follow. */
const MAX_REDIRECTS = 20;

/**
 * Asks for a file and follows redirects by hand: the hub's headers are those of its own answer, not of the store
 * that it leads to, and the token goes to the hub's origin and no further.
 *
 * @throws {PassingFailure} when another attempt may succeed, {@link ModelLoadError} when none can.
 */
export async function openRemote(start: string, options: OpenRemoteOptions): Promise<RemoteResponse> {
  const linked = new LinkedHeaders(options.hub);
  let url = start;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { statusCode: status, headers: raw, body } = await ask(url, options);
    const headers = plainHeaders(raw);
    linked.read(url, headers);
    if (status === 200 || status === 206 || status === 416)
      return { status, headers, linkedSha256: linked.sha256, linkedBytes: linked.bytes, body };
    await body.dump().catch(() => {});
    const { location } = headers;
    if (status < 300 || status >= 400 || location === undefined)
      throw failureOf(status, url, headers, options);
    url = follow(url, location);
  }
  throw new ModelLoadError(
    `${shown(start)} could not be downloaded: it redirects in a circle. Check the URI.`,
  );
}

async function ask(
  url: string,
  { hub, headers, signal, dispatcher }: OpenRemoteOptions,
): Promise<Dispatcher.ResponseData> {
  const isHub = new URL(url).origin === new URL(hub.endpoint).origin;
  const authorization = isHub && hub.token !== undefined ? { authorization: `Bearer ${hub.token}` } : {};
  try {
    const { origin, pathname, search } = new URL(url);
    return await dispatcher.request({
      origin,
      path: pathname + search,
      method: "GET",
      headers: { "user-agent": "bullpen", "accept-encoding": "identity", ...headers, ...authorization },
      ...(signal && { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new PassingFailure(`${new URL(url).host} does not answer (${errorMessage(error)})`);
  }
}

function failureOf(
  status: number,
  url: string,
  headers: Readonly<Record<string, string>>,
  { hub }: OpenRemoteOptions,
): Error {
  if (!isPassingStatus(status)) return refusalOf(status, { url, hub });
  return new PassingFailure(
    `${new URL(url).host} answered ${status}`,
    parseRetryAfter(headers["retry-after"]),
  );
}

/** @throws {ModelLoadError} for a target that is no URL, or that gives up encryption. */
function follow(from: string, location: string): string {
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined;
  const isWeb = target?.protocol === "https:" || target?.protocol === "http:";
  if (!target || !isWeb || (from.startsWith("https:") && target.protocol === "http:"))
    throw new ModelLoadError(
      `${shown(from)} could not be downloaded: the server redirects to ${JSON.stringify(location)}, which is no https URL. Check the URI, or HF_ENDPOINT.`,
    );
  return target.href;
}

function plainHeaders(raw: Dispatcher.ResponseData["headers"]): Record<string, string> {
  const entries = Object.entries(raw).map(([name, value]) => [name, String(value ?? "")] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}

/** What the hub says about the file that its answer leads to. Another host's word about checksums counts nothing. */
class LinkedHeaders {
  readonly #origin: string;
  sha256: string | undefined;
  bytes: number | undefined;

  constructor(hub: Hub) {
    this.#origin = new URL(hub.endpoint).origin;
  }

  read(url: string, headers: Readonly<Record<string, string>>): void {
    if (new URL(url).origin !== this.#origin) return;
    // A file in Git LFS has its SHA-256 as the tag; other tags have other lengths.
    const tag = headers["x-linked-etag"] ?? headers.etag ?? "";
    this.sha256 ??= /^(?:W\/)?"?([0-9a-f]{64})"?$/i.exec(tag)?.[1]?.toLowerCase();
    const size = headers["x-linked-size"];
    if (size !== undefined && /^\d+$/.test(size)) this.bytes ??= Number(size);
  }
}
