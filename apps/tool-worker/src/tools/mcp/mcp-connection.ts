import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage } from "@bullpen/base";
import { HttpClient } from "@bullpen/outbound/client";
import {
  type CacheableRequestOptions,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import type { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { z } from "zod";
import { tellLines } from "../../host/output-lines.js";
import { ExactStdioTransport, exactFetch } from "./exact-wire.js";
import type { ListedTool } from "./listed-tool.js";
import type { McpServerSettings, StdioSettings } from "./mcp-config.js";
import { TolerantClient } from "./tolerant-client.js";
import { ToolListing } from "./tool-listing.js";

export interface McpConnectionOptions {
  readonly server: McpServerSettings;
  /** Called with the server's tools when they have changed. */
  readonly onTools: (tools: readonly ListedTool[]) => void;
  /** Called once, when the connection is lost without {@link McpConnection.close}. */
  readonly onGone: (reason: string) => void;
  /** Called with lines that a server's process writes to standard error. */
  readonly onLog: (line: string) => void;
  readonly onWarning: (text: string) => void;
}

const callResultSchema = z.looseObject({
  content: z.unknown().optional(),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().default(false),
});
export type McpCallResult = z.output<typeof callResultSchema>;

/** Time for a server to start and to list its tools: `npx` may install it first. */
const CONNECT_TIMEOUT_MS = 30_000;
/** A server of the newest revision answers the probe at once; an older one may not answer it at all. */
const PROBE_TIMEOUT_MS = 3_000;
/** How often a broken HTTP stream of a server is resumed. */
const STREAM_ATTEMPTS = 2;
/** Milliseconds between two reads of a list that a server says has changed, and has changed again. */
const LISTING_PAUSE_MS = 1_000;
/** Time for the last output of a server that has ended. */
const LAST_WORDS_MS = 300;

/** One connection to an MCP server. For a stdio server it is one life of its process. */
export class McpConnection {
  readonly #options: McpConnectionOptions;
  readonly #client: TolerantClient;
  readonly #listing: ToolListing;
  readonly #http = new HttpClient();
  #tools: readonly ListedTool[] = [];
  #stderr: Readable | undefined;
  #state: "opening" | "open" | "closed" = "opening";
  #listingPause: NodeJS.Timeout | undefined;

  /** Rejects if the server cannot be started or reached, or does not speak the protocol. */
  static async open(options: McpConnectionOptions): Promise<McpConnection> {
    const connection = new McpConnection(options);
    await connection.#open();
    return connection;
  }

  private constructor(options: McpConnectionOptions) {
    this.#options = options;
    this.#listing = new ToolListing({ wanted: options.server.bullpen.tools, onWarning: options.onWarning });
    this.#client = new TolerantClient({
      readPage: (tools, isFirst) => this.#listing.readPage(tools, isFirst),
      versionNegotiation: { mode: "auto", probe: { timeoutMs: PROBE_TIMEOUT_MS } },
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => this.#listAgain() } },
    });
  }

  get tools(): readonly ListedTool[] {
    return this.#tools;
  }

  async callTool(
    name: string,
    input: Record<string, unknown>,
    options: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<McpCallResult> {
    const { signal, timeoutMs: timeout } = options;
    return callResultSchema.parse(
      await this.#client.callTool({ name, arguments: input }, { signal, timeout }),
    );
  }

  async close(): Promise<void> {
    this.#state = "closed";
    clearTimeout(this.#listingPause);
    await this.#client.close();
    await this.#http.destroy();
  }

  async #open(): Promise<void> {
    try {
      await this.#client.connect(this.#createTransport(), { timeout: CONNECT_TIMEOUT_MS });
      await this.#list();
      this.#state = "open";
      this.#client.onclose = () => void this.#tellGone("it ended the connection");
    } catch (error) {
      await this.#client.close();
      await this.#http.destroy();
      await this.#lastWords();
      throw error;
    }
  }

  async #list(): Promise<void> {
    const options: CacheableRequestOptions = { timeout: CONNECT_TIMEOUT_MS, cacheMode: "refresh" };
    const { tools } = await this.#client.listTools(undefined, options);
    // The client leaves out tools that it cannot call by the protocol's rules.
    this.#tools = this.#listing.tools.filter(({ name }) => tools.some((tool) => tool.name === name));
  }

  /** A server may say as often as it likes that its list has changed: the list is read at intervals. */
  #listAgain(): void {
    if (this.#state !== "open" || this.#listingPause) return;
    this.#listingPause = setTimeout(async () => {
      try {
        this.#listingPause = undefined;
        await this.#list();
        this.#options.onTools(this.tools);
      } catch (error) {
        this.#options.onWarning(`its tools cannot be listed again: ${errorMessage(error)}`);
      }
    }, LISTING_PAUSE_MS);
  }

  async #tellGone(reason: string): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "closed";
    await this.#lastWords();
    this.#options.onGone(reason);
  }

  /** Ends the connection, and with it the calls that wait for it. */
  async #breakOff(reason: string): Promise<void> {
    void this.#tellGone(reason);
    await this.#client.close().catch(() => {}); // it is gone already
    await this.#http.destroy();
  }

  async #lastWords(): Promise<void> {
    if (this.#stderr) await Promise.race([finished(this.#stderr).catch(() => {}), sleep(LAST_WORDS_MS)]);
  }

  #createTransport(): Transport {
    const { server } = this.#options;
    if (!("url" in server)) return this.#createStdioTransport(server);
    return new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: server.headers },
      fetch: exactFetch(this.#http),
      // A broken stream may be resumed. By itself the transport gives up silently, and the calls that wait for the
      // stream run into their timeouts.
      reconnectionScheduler: (reconnect, delayMs, attempt) => {
        if (attempt >= STREAM_ATTEMPTS) return void this.#breakOff("its stream broke off");
        const timer = setTimeout(reconnect, delayMs);
        return () => clearTimeout(timer);
      },
      reconnectionOptions: {
        initialReconnectionDelay: 200,
        maxReconnectionDelay: 2_000,
        reconnectionDelayGrowFactor: 2,
        maxRetries: STREAM_ATTEMPTS + 1,
      },
    });
  }

  /**
   * The server's process sees PATH, HOME and the like and the variables of its configuration. It sees nothing else of the
   * tool-worker's environment, which holds the access to Redis.
   */
  #createStdioTransport({ command, args, env, cwd }: StdioSettings): StdioClientTransport {
    const transport = new ExactStdioTransport({
      command,
      args,
      env,
      stderr: "pipe",
      ...(cwd === undefined ? {} : { cwd }),
    });
    // A cast: with "pipe" the stream exists at once and is readable.
    this.#stderr = transport.stderr as Readable;
    tellLines(this.#stderr, this.#options.onLog);
    return transport;
  }
}
