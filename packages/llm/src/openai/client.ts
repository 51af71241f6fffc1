import { splitCredentials } from "@bullpen/contracts";
import { HttpClient, readText } from "@bullpen/outbound/client";
import { errorOfConnection, errorOfResponse, errorOfTimeout, OpenAiServerError } from "./errors.js";

export interface OpenAiClientOptions {
  /** Such as `http://127.0.0.1:8000/v1`. Credentials in it are sent if there is no key. */
  readonly baseUrl: string;
  /** The socket file to connect to instead of the URL's host. */
  readonly socketPath?: string | undefined;
  readonly apiKey: string | undefined;
  /** Most connections that are open at a time for completions. Health checks have one of their own. */
  readonly connections: number;
  /** Time that one response may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** The text of a million tokens, each character of it escaped, fits. */
const MAX_ANSWER_BYTES = 32 * 1_024 * 1_024;

/** HTTP to one server: pooled connections and a deadline for each response. It never tries again by itself. */
export class OpenAiClient {
  /** The base URL without credentials. */
  readonly address: string;
  readonly #baseUrl: string;
  readonly #authorization: string | undefined;
  readonly #timeoutMs: number;
  readonly #http: HttpClient;
  /** A connection that completions cannot occupy: a busy server is not an absent one. */
  readonly #healthHttp: HttpClient;

  constructor({ baseUrl, socketPath, apiKey, connections, timeoutMs }: OpenAiClientOptions) {
    const { url, authorization } = splitCredentials(baseUrl);
    this.address = url;
    this.#baseUrl = url.replace(/\/+$/, "");
    this.#authorization = apiKey === undefined ? authorization : `Bearer ${apiKey}`;
    this.#timeoutMs = timeoutMs;
    // Responses are not streamed: the headers come with the last token.
    this.#http = new HttpClient({ connections, socketPath, silenceMs: timeoutMs });
    this.#healthHttp = new HttpClient({ connections: 1, socketPath });
  }

  /**
   * The JSON of a successful response.
   *
   * @throws {OpenAiServerError} when there is none.
   */
  async post(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    const { what, text } = await this.#exchange("POST", path, { body, signal, http: this.#http });
    return parseJson(what, text);
  }

  /** The JSON of a path that is small and quick. */
  async get(path: string, timeoutMs: number): Promise<unknown> {
    const { what, text } = await this.#getWithin(path, timeoutMs, this.#http);
    return parseJson(what, text);
  }

  /** Whether the server answers a path with success, whatever it says. */
  async has(path: string, timeoutMs: number): Promise<boolean> {
    return this.#getWithin(path, timeoutMs, this.#http).then(
      () => true,
      () => false,
    );
  }

  /**
   * Asks a path that answers with success while the server is healthy, on a connection of its own.
   *
   * @throws {OpenAiServerError} when it does not.
   */
  async checkHealth(path: string, timeoutMs: number): Promise<void> {
    await this.#getWithin(path, timeoutMs, this.#healthHttp);
  }

  /** Ends the active requests. */
  async close(): Promise<void> {
    await Promise.all([this.#http.destroy(), this.#healthHttp.destroy()]);
  }

  async #getWithin(
    path: string,
    timeoutMs: number,
    http: HttpClient,
  ): Promise<{ what: string; text: string }> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await this.#exchange("GET", path, { signal, http });
    } catch (error) {
      if (!signal.aborted || error instanceof OpenAiServerError) throw error;
      throw new OpenAiServerError(
        "failed",
        `GET ${this.#urlOf(path)} does not answer within ${timeoutMs / 1_000} s`,
      );
    }
  }

  /** A path that begins with a slash starts at the server's root. */
  #urlOf(path: string): string {
    return path.startsWith("/") ? new URL(path, this.#baseUrl).href : `${this.#baseUrl}/${path}`;
  }

  async #exchange(
    method: "GET" | "POST",
    path: string,
    options: { readonly body?: object; readonly signal: AbortSignal; readonly http: HttpClient },
  ): Promise<{ what: string; text: string }> {
    const { body, signal, http } = options;
    const url = this.#urlOf(path);
    const what = `${method} ${url}`;
    let received: { status: number; retryAfter: string | undefined; text: string };
    const late = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    try {
      const response = await http.request(url, {
        method,
        redirects: "same-origin",
        signal: AbortSignal.any([signal, late.signal]),
        headers: {
          accept: "application/json",
          ...(body && { "content-type": "application/json" }),
          ...(this.#authorization !== undefined && { authorization: this.#authorization }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      timer = setTimeout(() => late.abort(), this.#timeoutMs); // a body that drips is never silent
      const text = await readText(response.body, MAX_ANSWER_BYTES);
      received = { status: response.status, retryAfter: response.headers["retry-after"], text };
    } catch (error) {
      signal.throwIfAborted();
      throw late.signal.aborted ? errorOfTimeout(what) : errorOfConnection(what, error);
    } finally {
      clearTimeout(timer);
    }
    if (received.status < 200 || received.status > 299) throw errorOfResponse(what, received);
    return { what, text: received.text };
  }
}

function parseJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OpenAiServerError("failed", `${what} answers with text that is not JSON`);
  }
}
