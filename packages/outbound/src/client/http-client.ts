import { type Dispatcher, fetch, Headers, type RequestInit, Response } from "undici";
import { RefusedRedirectError } from "../errors.js";
import { createDispatcher, type DispatcherOptions } from "./dispatcher.js";
import { limitBytes, limitEvents } from "./limit-body.js";
import { headersFor, MAX_REDIRECTS, type RedirectScope, redirectTarget, refuseCircle } from "./redirects.js";

export type HttpClientOptions = DispatcherOptions;

export interface HttpRequest {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** `none`: a redirect is the answer. `same-origin`: it is followed within the origin, and refused elsewhere. */
  readonly redirects: "none" | "same-origin";
  /** Aborts the exchange, the body included. The time limit of the whole is to be in it. */
  readonly signal?: AbortSignal | undefined;
}

export interface FetchOptions {
  readonly maxBytes: number;
  readonly redirects?: RedirectScope;
}

/** An answer whose body has not been read: it must be, with a limit, or be destroyed. */
export interface HttpResponse {
  readonly status: number;
  /** Names are in lower case; values that come several times are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Dispatcher.ResponseData["body"];
}

/**
 * The one way in which Bullpen sends HTTP to other hosts. With a guard, for destinations that callers choose, it connects
 * to addresses that the guard lets through; without, for those that the operator has configured, to all.
 */
export class HttpClient {
  readonly #dispatcher: Dispatcher;

  constructor(options: HttpClientOptions = {}) {
    this.#dispatcher = createDispatcher(options);
  }

  /**
   * Sends a request, once.
   *
   * @param url without credentials: those belong in a header.
   * @throws {RefusedAddressError}, {@link RefusedRedirectError}, the signal's reason, or what undici says of the
   * connection.
   */
  async request(url: string | URL, request: HttpRequest): Promise<HttpResponse> {
    const { method = "GET", headers = {}, body, redirects, signal } = request;
    let target = new URL(url);
    for (let count = 0; count <= MAX_REDIRECTS; count++) {
      const received = await this.#dispatcher.request({
        origin: target.origin,
        path: target.pathname + target.search,
        method,
        headers,
        ...(body !== undefined && { body }),
        ...(signal && { signal }),
      });
      const answer = {
        status: received.statusCode,
        headers: plainHeaders(received.headers),
        body: received.body,
      };
      const redirecting = { method, status: answer.status, location: answer.headers.location };
      const next =
        redirects === "none"
          ? undefined
          : await followed(target, redirecting, redirects, () => discard(answer.body));
      if (!next) return answer;
      target = next;
    }
    return refuseCircle(target);
  }

  /**
   * `fetch` with a limit of the body, or of each event where it is a stream of events.
   *
   * @param options.redirects Default: within the origin alone.
   * @throws {RefusedAddressError}, {@link RefusedRedirectError}, the signal's reason, or `TypeError: fetch failed`; the
   * body fails with {@link AnswerTooLongError}.
   */
  async fetch(
    url: string | URL,
    init: Omit<RequestInit, "dispatcher" | "redirect">,
    { maxBytes, redirects = "same-origin" }: FetchOptions,
  ): Promise<Response> {
    const { method = "GET" } = init;
    let target = new URL(url);
    let headers: readonly (readonly [string, string])[] = [...new Headers(init.headers)];
    for (let count = 0; count <= MAX_REDIRECTS; count++) {
      const response = await fetch(target, {
        ...init,
        headers: headers.map(([name, value]) => [name, value]),
        redirect: "manual",
        dispatcher: this.#dispatcher,
      });
      const location = response.headers.get("location") ?? undefined;
      const answer = { method, status: response.status, location };
      const next = await followed(target, answer, redirects, async () => response.body?.cancel());
      if (!next) return withLimit(response, maxBytes);
      headers = headersFor(target, next, headers);
      target = next;
    }
    return refuseCircle(target);
  }

  /** Ends all connections, and the requests on them. */
  async destroy(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

/** Where to go on, once nothing more is needed of the answer; `undefined` when it is to be taken as it is. */
async function followed(
  from: URL,
  answer: Parameters<typeof redirectTarget>[1],
  scope: RedirectScope,
  discardBody: () => Promise<unknown>,
): Promise<URL | undefined> {
  try {
    const next = redirectTarget(from, answer, scope);
    if (next) await discardBody();
    return next;
  } catch (error) {
    if (error instanceof RefusedRedirectError) await discardBody();
    throw error;
  }
}

/** What is left of a body is not read: it may be endless. */
async function discard(body: HttpResponse["body"]): Promise<void> {
  body.on("error", () => {}); // of being destroyed
  body.destroy();
}

function plainHeaders(raw: Dispatcher.ResponseData["headers"]): Record<string, string> {
  const entries = Object.entries(raw).map(([name, value]) => [name, String(value ?? "")] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}

function withLimit(response: Response, maxBytes: number): Response {
  const { body, status, statusText, headers } = response;
  if (!body) return response;
  const isEvents = /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");
  const limited = body.pipeThrough(isEvents ? limitEvents(maxBytes) : limitBytes(maxBytes));
  return new Response(limited, { status, statusText, headers });
}
