import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
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
  /** Called once, when the connection is gone without {@link McpConnection.close}. */
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

/** Time for a server to start and to list its tools. */
const CONNECT_TIMEOUT_MS = 30_000;
/** A server of the newest revision answers the probe at once; an older one may not answer it at all. */
const PROBE_TIMEOUT_MS = 3_000;
/** How often a broken stream of a server that is reached over HTTP is taken up again. */
const STREAM_ATTEMPTS = 2;
/** Between two looks at a list that a server says has changed, and has changed again. */
const LISTING_PAUSE_MS = 1_000;
/** Time in which the last words of a server that is gone may come. */
const LAST_WORDS_MS = 300;

/** One connection to an MCP server: of a stdio server, one life of its process. */
export class McpConnection {
  readonly #options: McpConnectionOptions;
  readonly #client: TolerantClient;
  readonly #listing: ToolListing;
  #tools: readonly ListedTool[] = [];
  #stderr: Readable | undefined;
  #state: "opening" | "open" | "closed" = "opening";
  #listingPause: NodeJS.Timeout | undefined;

  /** Rejects when the server cannot be started or reached, or does not speak the protocol. */
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
  }

  async #open(): Promise<void> {
    try {
      await this.#client.connect(this.#createTransport(), { timeout: CONNECT_TIMEOUT_MS });
      await this.#list();
      this.#state = "open";
      this.#client.onclose = () => void this.#tellGone("it ended the connection");
    } catch (error) {
      await this.#client.close();
      await this.#lastWords();
      throw error;
    }
  }

  async #list(): Promise<void> {
    const options: CacheableRequestOptions = { timeout: CONNECT_TIMEOUT_MS, cacheMode: "refresh" };
    const { tools } = await this.#client.listTools(undefined, options);
    // The client leaves out some of those that were read: what it cannot call by the protocol's rules.
    this.#tools = this.#listing.tools.filter(({ name }) => tools.some((tool) => tool.name === name));
  }

  /** A server may say that its list has changed as often as it likes: it is looked at now and then. */
  #listAgain(): void {
    if (this.#state !== "open" || this.#listingPause) return;
    this.#listingPause = setTimeout(async () => {
      try {
        this.#listingPause = undefined;
        await this.#list();
        this.#options.onTools(this.tools);
      } catch (error) {
        this.#options.onWarning(
          `its tools cannot be listed again: ${error instanceof Error ? error.message : error}`,
        );
      }
    }, LISTING_PAUSE_MS);
  }

  async #tellGone(reason: string): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "closed";
    await this.#lastWords();
    this.#options.onGone(reason);
  }

  /** Gives the connection up, which ends the calls that wait for it. */
  async #breakOff(reason: string): Promise<void> {
    void this.#tellGone(reason);
    await this.#client.close().catch(() => {}); // it is gone already
  }

  async #lastWords(): Promise<void> {
    if (this.#stderr) await Promise.race([finished(this.#stderr).catch(() => {}), sleep(LAST_WORDS_MS)]);
  }

  #createTransport(): Transport {
    const { server } = this.#options;
    if (!("url" in server)) return this.#createStdioTransport(server);
    return new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: server.headers },
      fetch: exactFetch,
      // A stream that breaks off may be taken up again. Left to itself the transport gives up in silence,
      // and the calls that wait for the stream run into their timeouts.
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
   * The server's process sees PATH, HOME and the like and what its configuration says, and nothing else of
   * the tool-worker's environment: that holds the way to Redis.
   */
  #createStdioTransport({ command, args, env, cwd }: StdioSettings): StdioClientTransport {
    const transport = new ExactStdioTransport({
      command,
      args,
      env,
      stderr: "pipe",
      ...(cwd === undefined ? {} : { cwd }),
    });
    // A cast: with "pipe" the stream is there at once, and is one to read from.
    this.#stderr = transport.stderr as Readable;
    tellLines(this.#stderr, this.#options.onLog);
    return transport;
  }
}
