import { errorMessage, parseRetryAfter } from "@bullpen/base";
import { RefusedAddressError, shownUrl } from "@bullpen/outbound";
import type { HttpClient, HttpResponse } from "@bullpen/outbound/client";
import { ModelLoadError } from "../llama/load/model-load-error.js";
import type { DownloadClients } from "./download-clients.js";
import { isPassingStatus, PassingFailure, refusalOf } from "./download-error.js";
import type { Hub } from "./hub.js";

export interface OpenRemoteOptions {
  readonly hub: Hub;
  readonly headers: Readonly<Record<string, string>>;
  readonly clients: Pick<DownloadClients, "for">;
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
  readonly body: HttpResponse["body"];
}

/** As many as browsers follow. */
const MAX_REDIRECTS = 20;

/**
 * Asks for a file and follows redirects by hand: the hub's headers are those of its own answer, not of the store
 * that it leads to, and the token goes to the hub's origin and no further. What is on the internet cannot lead into the
 * private network.
 *
 * @throws {PassingFailure} when another attempt may succeed, {@link ModelLoadError} when none can.
 */
export async function openRemote(start: string, options: OpenRemoteOptions): Promise<RemoteResponse> {
  const linked = new LinkedHeaders(options.hub);
  let url = start;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const client = options.clients.for(url, start);
    const { status, headers, body } = await ask(url, { start, client }, options);
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
    `${shownUrl(start)} could not be downloaded: it redirects in a circle. Check the URI.`,
  );
}

async function ask(
  url: string,
  { start, client }: { readonly start: string; readonly client: HttpClient },
  { hub, headers, signal }: OpenRemoteOptions,
): Promise<HttpResponse> {
  const isHub = new URL(url).origin === new URL(hub.endpoint).origin;
  const authorization = isHub && hub.token !== undefined ? { authorization: `Bearer ${hub.token}` } : {};
  try {
    return await client.request(url, {
      redirects: "none",
      headers: { "user-agent": "bullpen", "accept-encoding": "identity", ...headers, ...authorization },
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RefusedAddressError)
      throw new ModelLoadError(
        `${shownUrl(start)} could not be downloaded: it is on the internet, and leads to ${new URL(url).host}: ${error.message}. Check the URI, or HF_ENDPOINT.`,
      );
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
      `${shownUrl(from)} could not be downloaded: the server redirects to ${target ? JSON.stringify(shownUrl(target)) : "a location"}, which is no https URL. Check the URI, or HF_ENDPOINT.`,
    );
  return target.href;
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
