import { setTimeout as sleep } from "node:timers/promises";
import { splitCredentials } from "@bullpen/contracts";
import { Agent, request } from "undici";
import { errorOfConnection, errorOfResponse, OpenAiServerError } from "./errors.js";

export interface OpenAiClientOptions {
  /** Such as `http://127.0.0.1:8000/v1`. Credentials in it are sent where there is no key. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** Most connections at a time. */
  readonly connections: number;
  /** What one response may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly log: (level: "info" | "warn", message: string) => void;
}

/** Tries of a request over which the server breaks down; its being away does not count. */
const MAX_FAILURES = 4;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A server that asks for more is asked again after this. */
const LONGEST_RETRY_AFTER_MS = 300_000;

const CONNECT_TIMEOUT_MS = 10_000;

export type Patience = "wait-while-away" | "give-up";

/** HTTP to one server: pooled connections, retries, one deadline a response. */
export class OpenAiClient {
  readonly #options: OpenAiClientOptions;
  readonly #baseUrl: string;
  readonly #authorization: string | undefined;
  readonly #agent: Agent;
  #isAway = false;

  constructor(options: OpenAiClientOptions) {
    this.#options = options;
    const { url, authorization } = splitCredentials(options.baseUrl);
    this.#baseUrl = url.replace(/\/+$/, "");
    this.#authorization = options.apiKey === undefined ? authorization : `Bearer ${options.apiKey}`;
    this.#agent = new Agent({
      connections: options.connections,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      // Nothing is streamed: the headers come with the last token.
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
    });
  }

  /**
   * The JSON of a successful response.
   *
   * @param patience whether a server that is away is waited for until `signal` aborts, or a few tries long.
   * @throws {OpenAiServerError} the last one, when there is nothing more to try.
   */
  async send(
    method: "GET" | "POST",
    path: string,
    options: { readonly body?: object; readonly patience: Patience; readonly signal: AbortSignal },
  ): Promise<unknown> {
    const { body, patience, signal } = options;
    let failures = 0;
    for (let attempt = 1; ; attempt++) {
      try {
        const reply = await this.#sendOnce(method, path, body, signal);
        this.#noteBack();
        return reply;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof OpenAiServerError) || error.kind === "refused") throw error;
        if (error.kind === "failed" || patience === "give-up") failures++;
        if (failures >= MAX_FAILURES) throw error;
        if (error.kind === "away") this.#noteAway(error);
        await sleep(pauseMs(attempt, error.retryAfterMs), undefined, { signal });
      }
    }
  }

  /** One try without retries, against the path from the server's root where it begins with a slash. */
  async probe(path: string, timeoutMs: number): Promise<unknown> {
    return this.#sendOnce("GET", path, undefined, AbortSignal.timeout(timeoutMs));
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #sendOnce(
    method: "GET" | "POST",
    path: string,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<unknown> {
    const url = path.startsWith("/") ? new URL(path, this.#baseUrl).href : `${this.#baseUrl}/${path}`;
    const what = `${method} ${url}`;
    let received: { status: number; retryAfter: string | undefined; text: string };
    try {
      const response = await request(url, {
        method,
        dispatcher: this.#agent,
        signal,
        headers: {
          accept: "application/json",
          ...(body && { "content-type": "application/json" }),
          ...(this.#authorization !== undefined && { authorization: this.#authorization }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      const retryAfter = response.headers["retry-after"];
      received = {
        status: response.statusCode,
        retryAfter: typeof retryAfter === "string" ? retryAfter : undefined,
        text: await response.body.text(),
      };
    } catch (error) {
      signal.throwIfAborted();
      throw errorOfConnection(what, error);
    }
    if (received.status < 200 || received.status > 299) throw errorOfResponse(what, received);
    return parseJson(what, received.text);
  }

  /** Said once, not for each of the requests that wait. */
  #noteAway(error: OpenAiServerError): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#options.log("warn", `${error.message}; its requests wait`);
  }

  #noteBack(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#options.log("info", "the server takes requests again");
  }
}

function parseJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OpenAiServerError("failed", `${what} answers with something that is no JSON`);
  }
}

/** Grows by two, and is spread so that requests that failed together do not come back together. */
function pauseMs(attempt: number, retryAfterMs: number | undefined): number {
  const spread = 0.5 + Math.random() / 2;
  const backOff = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 16), LONGEST_PAUSE_MS) * spread;
  return Math.max(backOff, Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS));
}
