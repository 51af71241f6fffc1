import { ApiKeys } from "./api-keys.js";
import { Audit } from "./audit.js";
import { Batches } from "./batches.js";
import { Chat } from "./chat.js";
import { Files } from "./files.js";
import type { OutageListener } from "./http/retry.js";
import { Transport } from "./http/transport.js";
import { History, Models, Queues, Tools, Usage, Workers } from "./inventory.js";
import { Queries } from "./queries.js";
import { ToolCalls } from "./tool-calls/tool-calls.js";
import {
  type ServeToolOptions,
  serveTools,
  type ToolFunction,
  type ToolServer,
} from "./tool-calls/tool-server.js";
import { WebhookEndpoints } from "./webhook-endpoints.js";

/**
 * Attempts of a call while the API is away or too busy. With the pauses between them they outlast a restart: about
 * half a minute.
 */
const DEFAULT_MAX_ATTEMPTS = 12;

export interface BullpenClientOptions extends OutageListener {
  /**
   * Where the API is, such as `http://127.0.0.1:3000`. User name and password in it are sent as Basic authorization,
   * as proxies with a login take it.
   */
  readonly url: string;
  /**
   * A key of the API, sent as `Authorization: Bearer`, in place of what `url` holds. Default: none, which an API without
   * keys accepts.
   */
  readonly apiKey?: string | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Attempts of a call, the first one included; `Infinity` for as many as it takes. Default: 12. */
  readonly maxAttempts?: number;
  /** Ends all calls. Default: none. */
  readonly signal?: AbortSignal;
  /** What the user sets the URL with, as messages name it. Default: "the client's option `url`". */
  readonly urlSetting?: string;
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** A typed client of Bullpen's HTTP API. It keeps no connection and no state that must be closed. */
export class BullpenClient {
  readonly #signal: AbortSignal | undefined;
  readonly queries: Queries;
  readonly chat: Chat;
  readonly batches: Batches;
  readonly files: Files;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly models: Models;
  readonly tools: Tools;
  readonly workers: Workers;
  readonly queues: Queues;
  readonly usage: Usage;
  readonly history: History;
  readonly audit: Audit;
  readonly toolCalls: ToolCalls;
  readonly apiKeys: ApiKeys;

  /** @throws {BullpenError} when `url` is no HTTP URL. */
  constructor(options: BullpenClientOptions) {
    const transport = new Transport({
      ...options,
      headers: {
        ...(options.apiKey !== undefined && { authorization: `Bearer ${options.apiKey}` }),
        ...options.headers,
      },
      maxAttempts: options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
      signal: options.signal,
      urlSetting: options.urlSetting ?? "the client's option `url`",
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    });
    this.queries = new Queries(transport);
    this.chat = new Chat(transport);
    this.batches = new Batches(transport);
    this.files = new Files(transport);
    this.webhookEndpoints = new WebhookEndpoints(transport);
    this.models = new Models(transport);
    this.tools = new Tools(transport);
    this.workers = new Workers(transport);
    this.queues = new Queues(transport);
    this.usage = new Usage(transport);
    this.history = new History(transport);
    this.audit = new Audit(transport);
    this.toolCalls = new ToolCalls(transport);
    this.apiKeys = new ApiKeys(transport);
    this.#signal = options.signal;
  }

  /**
   * Serves a tool of your own: runs the calls that queries and lines of batches wait for, side by side, until it is
   * stopped. Several servers of one tool, in one process or many, share its calls. A call runs again, here or elsewhere,
   * where a server dies with it.
   */
  serveTool(name: string, run: ToolFunction, options: ServeToolOptions = {}): ToolServer {
    return this.serveTools({ [name]: run }, options);
  }

  /** The same for several tools. */
  serveTools(functions: Readonly<Record<string, ToolFunction>>, options: ServeToolOptions = {}): ToolServer {
    return serveTools(this.toolCalls, functions, { signal: this.#signal, ...options });
  }
}
