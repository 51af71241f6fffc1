import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import {
  Client,
  StreamableHTTPClientTransport,
  type Tool,
  type Transport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { McpServerSettings, StdioSettings } from "./mcp-config.js";

export interface McpConnectionOptions {
  readonly server: McpServerSettings;
  /** Called when the server's list of tools has changed. */
  readonly onTools: (tools: Tool[]) => void;
  /** Called once, when the connection is gone without {@link McpConnection.close}. */
  readonly onGone: (reason: string) => void;
  /** Called with each line that a server's process writes to standard error. */
  readonly onLog: (line: string) => void;
}

/** Time for a server to start and to list its tools. */
const CONNECT_TIMEOUT_MS = 30_000;

/** A server of the newest revision answers the probe at once; an older one may not answer it at all. */
const PROBE_TIMEOUT_MS = 3_000;

/** How often a broken stream of a server that is reached over HTTP is taken up again. */
const STREAM_ATTEMPTS = 2;

/** One connection to an MCP server: of a stdio server, one life of its process. */
export class McpConnection {
  readonly tools: readonly Tool[];
  readonly #client: Client;

  /** Rejects when the server cannot be started or reached, or does not speak the protocol. */
  static async open(options: McpConnectionOptions, signal: AbortSignal): Promise<McpConnection> {
    const { onTools, onGone } = options;
    let isOpen = false;
    const tellGone = (reason: string) => {
      if (isOpen) onGone(reason);
      isOpen = false;
    };
    const client = new Client(
      { name: "bullpen", version: "0.1.0" },
      {
        versionNegotiation: { mode: "auto", probe: { timeoutMs: PROBE_TIMEOUT_MS } },
        listChanged: { tools: { onChanged: (_error, tools) => tools && onTools(tools) } },
      },
    );
    const limited = { signal, timeout: CONNECT_TIMEOUT_MS };
    try {
      await client.connect(createTransport(options, tellGone), limited);
      const { tools } = await client.listTools(undefined, limited);
      isOpen = true;
      client.onclose = () => tellGone("it ended the connection");
      return new McpConnection(client, tools);
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  private constructor(client: Client, tools: readonly Tool[]) {
    this.#client = client;
    this.tools = tools;
  }

  callTool(
    name: string,
    input: Record<string, unknown>,
    options: { signal: AbortSignal; timeoutMs: number },
  ) {
    const { signal, timeoutMs: timeout } = options;
    return this.#client.callTool({ name, arguments: input }, { signal, timeout });
  }

  async close(): Promise<void> {
    this.#client.onclose = undefined;
    await this.#client.close();
  }
}

function createTransport(
  { server, onLog }: McpConnectionOptions,
  onGone: (reason: string) => void,
): Transport {
  if (!("url" in server)) return createStdioTransport(server, onLog);
  return new StreamableHTTPClientTransport(new URL(server.url), {
    requestInit: { headers: server.headers },
    // A stream that breaks off may be taken up again. Left to itself the transport gives up in silence, and
    // the calls that wait for the stream run into their timeouts.
    reconnectionScheduler: (reconnect, delayMs, attempt) => {
      if (attempt >= STREAM_ATTEMPTS) return onGone("its stream broke off");
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
function createStdioTransport(
  { command, args, env, cwd }: StdioSettings,
  onLog: (line: string) => void,
): StdioClientTransport {
  const transport = new StdioClientTransport({
    command,
    args,
    env,
    stderr: "pipe",
    ...(cwd === undefined ? {} : { cwd }),
  });
  // A cast: with "pipe" the stream is there at once, and is one to read from.
  createInterface({ input: transport.stderr as Readable }).on("line", onLog);
  return transport;
}
