import { setTimeout as sleep } from "node:timers/promises";
import { backoff } from "@bullpen/base";
import { splitCredentials } from "@bullpen/contracts";
import { Agent, request } from "undici";
import { errorOfConnection, errorOfResponse, OpenAiServerError } from "./errors.js";

export interface OpenAiClientOptions {
  /** Such as `http://127.0.0.1:8000/v1`. Credentials in it are sent if there is no key. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** Most connections that are open at a time. */
  readonly connections: number;
  /** Time that one response may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly log: (level: "info" | "warn", message: string) => void;
}

/** Attempts of a request that the server fails at. Attempts that do not reach the server are not counted. */
const MAX_FAILURES = 4;
/** From a quarter of a second to ten: short for a lost connection, rare enough for a server that restarts. */
const backoffMs = backoff({ firstMs: 250, maxMs: 10_000, jitter: 0.5 });
/** A server that asks for more than five minutes gets the next request after five. */
const MAX_RETRY_AFTER_MS = 300_000;

const CONNECT_TIMEOUT_MS = 10_000;

export type Patience = "wait-while-away" | "give-up";

/** HTTP to one server: pooled connections, retries, a deadline for each response. */
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
      // Responses are not streamed: the headers come with the last token.
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
    });
  }

  /**
   * The JSON of a successful response.
   *
   * @param patience whether to wait for a server that is away until `signal` aborts, or for a few attempts.
   * @throws {OpenAiServerError} the last one, after the last attempt.
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

  /** One attempt. A path that begins with a slash starts at the server's root. */
  async probe(path: string, timeoutMs: number): Promise<unknown> {
    return this.#sendOnce("GET", path, undefined, AbortSignal.timeout(timeoutMs));
  }

  /** Ends the active requests. */
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

  /** Logs once, not for each request that waits. */
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
    throw new OpenAiServerError("failed", `${what} answers with text that is not JSON`);
  }
}

/** A server may ask for more time than the backoff gives it. */
function pauseMs(attempt: number, retryAfterMs: number | undefined): number {
  return Math.max(backoffMs(attempt), Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
}
