import { errorMessage } from "@bullpen/base";
import {
  ConnectionError,
  RequestRefusedError,
  ServiceUnavailableError,
  UnexpectedAnswerError,
} from "../errors.js";
import { excerpt, readErrorAnswer } from "./read-error.js";
import { type OutageListener, RetryRule } from "./retry.js";
import { parseServerUrl } from "./server-url.js";

/** What every call of the client takes. */
export interface CallOptions {
  /** Ends the call, which rejects with the signal's reason. Default: the client's. */
  readonly signal?: AbortSignal | undefined;
  /** Attempts while the API is away or too busy, the first one included. Default: the client's. */
  readonly maxAttempts?: number | undefined;
}

/** What calls that create something take. */
export interface CreateOptions extends CallOptions {
  /**
   * The API does what requests with one key ask for once. The same key within a day gives the same result, also from
   * another process. Default: a new key for each call, the same in all of its attempts.
   */
  readonly idempotencyKey?: string | undefined;
}

interface TransportOptions extends OutageListener {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxAttempts: number;
  readonly signal: AbortSignal | undefined;
  readonly urlSetting: string;
  readonly fetch: typeof fetch;
}

/** A request body that is made again for each attempt. */
type BodySource = () => { readonly type: string; readonly parts: AsyncIterable<Uint8Array> };

export interface HttpRequest extends CreateOptions {
  readonly method: "GET" | "POST" | "DELETE";
  /** Without the query string. */
  readonly path: string;
  /** The query string; what is `undefined` is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, part by part. */
  readonly body?: BodySource;
}

/** Statuses that tell of the server's state rather than of the request. */
const UNAVAILABLE: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Sends requests to one API, with the one retry rule. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #retry: RetryRule;
  /** Before the first answer a failure more likely means a wrong address than an outage: it is not retried. */
  #hasAnswered = false;

  /** @throws {BullpenError} when the URL is no HTTP URL. */
  constructor(options: TransportOptions) {
    const { url, authorization } = parseServerUrl(options.url, options.urlSetting);
    this.#options = options;
    this.#url = url;
    this.#headers = { ...(authorization !== undefined && { authorization }), ...options.headers };
    this.#retry = new RetryRule(options);
  }

  /** Ends all calls that have no signal of their own. */
  get signal(): AbortSignal | undefined {
    return this.#options.signal;
  }

  /**
   * Asks for JSON. The caller names the type: what `check` finds wrong decides whether it is that.
   *
   * @param check the place at which the answer has another form than it should, `undefined` if it has none.
   * @throws {BullpenError}
   */
  async json<T>(request: HttpRequest, check: (answer: unknown) => string | undefined): Promise<T> {
    return this.#attempt(request, async (keyed) => {
      const answer = await this.#parse(await this.#open(keyed), keyed);
      const place = check(answer);
      if (place === undefined) return answer as T; // the protocol's type, as far as `check` tells
      throw this.#unexpected(`its answer has another form than ours, at ${place}`);
    });
  }

  /** The response of a request that succeeded, its body unread. @throws {BullpenError} */
  async open(request: HttpRequest): Promise<Response> {
    return this.#attempt(request, (keyed) => this.#open(keyed));
  }

  /** Runs a request by the retry rule, under one idempotency key where it is a POST. */
  #attempt<T>(request: HttpRequest, send: (request: HttpRequest) => Promise<T>): Promise<T> {
    const { maxAttempts = this.#options.maxAttempts, signal = this.#options.signal } = request;
    const key = request.idempotencyKey ?? (request.method === "POST" ? crypto.randomUUID() : undefined);
    const keyed = { ...request, signal, idempotencyKey: key };
    return this.#retry.run(() => send(keyed), { maxAttempts, signal });
  }

  async #open(request: HttpRequest): Promise<Response> {
    const { path, query = {}, signal } = request;
    const body = new SentBody(request);
    let response: Response;
    let answer: Awaited<ReturnType<typeof readErrorAnswer>>;
    try {
      response = await this.#options.fetch(this.#url + path + searchOf(query), {
        method: request.method,
        headers: { ...this.#headers, ...request.headers, ...body.headers },
        signal: signal ?? null,
        ...body.init,
      });
      this.#hasAnswered = true;
      if (response.ok) return response;
      answer = await readErrorAnswer(response, this.#options.urlSetting);
    } catch (error) {
      throw body.failure ?? this.#unreachable(error, signal);
    }
    const { message, shouldRetry = UNAVAILABLE.has(answer.status), retryAfterMs } = answer;
    if (shouldRetry) throw new ServiceUnavailableError(message, answer, retryAfterMs);
    throw new RequestRefusedError(message, answer);
  }

  async #parse(response: Response, { signal }: HttpRequest): Promise<unknown> {
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw this.#unreachable(error, signal);
    }
    try {
      return JSON.parse(text);
    } catch {
      throw this.#unexpected(`it sent no JSON${excerpt(text)}`);
    }
  }

  /** Something else answers at the address; another attempt would change nothing. */
  #unexpected(reason: string): UnexpectedAnswerError {
    return new UnexpectedAnswerError(
      `What answers at ${this.#url} is no Bullpen of this version (${reason}). Say where yours is with ${this.#options.urlSetting}.`,
    );
  }

  #unreachable(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    const source = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const cause = errorMessage(source) || (source instanceof Error ? source.name : "no reason given");
    if (this.#hasAnswered) {
      return new ServiceUnavailableError(`The api at ${this.#url} went away (${cause}).`);
    }
    return new ConnectionError(
      `No Bullpen answers at ${this.#url} (${cause}). Start one with \`npx bullpen up\`, or say where it is with ${this.#options.urlSetting}.`,
    );
  }
}

/** The body of one attempt, and what its source threw while it was sent. */
class SentBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly init: RequestInit;
  /** `fetch` reports a failing source as a failing connection. */
  failure: unknown;

  constructor({ json, body, idempotencyKey }: HttpRequest) {
    const key: Record<string, string> =
      idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };
    if (body) {
      const { type, parts } = body();
      this.headers = { ...key, "content-type": type };
      // `duplex` is required for streams; the types of Node's fetch do not know that it takes iterables.
      this.init = { body: this.#watched(parts), duplex: "half" } as unknown as RequestInit;
    } else if (json === undefined) {
      this.headers = key;
      this.init = {};
    } else {
      this.headers = { ...key, "content-type": "application/json" };
      this.init = { body: JSON.stringify(json) };
    }
  }

  async *#watched(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* parts;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

function searchOf(query: NonNullable<HttpRequest["query"]>): string {
  const given = Object.entries(query).flatMap<[string, string]>(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
