import { type ToolResult, toolFailure } from "@bullpen/contracts";
import type { Logger } from "@bullpen/runtime";
import { bestVehicle } from "../../host/host-vehicle.js";
import { type HostEnd, ToolHost } from "../../host/tool-host.js";
import type { ListedTool } from "./listed-tool.js";
import type { McpServerSettings } from "./mcp-config.js";
import type { McpCall, McpCallEnd, McpTools } from "./mcp-program.js";

export interface McpServerOptions {
  readonly settings: McpServerSettings;
  readonly logger: Logger;
  /** Maximum JavaScript heap of its client's process, in MiB. */
  readonly heapMiB: number;
  /** Called with the server's tools at each connection and whenever they change. */
  readonly onTools: (tools: readonly ListedTool[]) => void;
  readonly onStatus?: (status: McpServerStatus) => void;
}

export type McpServerStatus = "up" | "down";

/** How long a call waits for a server that is being restarted: a quick restart, not a long outage. */
const PATIENCE_MS = 3_000;
/** A server that writes without end keeps its client busy; a second one beside it would not help. */
const SILENCE_MS = 10_000;

/**
 * An MCP server, whose client runs in a host. One life of the host is one connection; after it a new connection is made,
 * with growing pauses.
 */
export class McpServer {
  readonly #options: McpServerOptions;
  readonly #host: ToolHost;

  constructor(options: McpServerOptions) {
    this.#options = options;
    const { settings, logger, heapMiB, onStatus } = options;
    this.#host = new ToolHost({
      owner: { mcpServer: settings.name },
      endText: "MCP server is down",
      module: new URL("./mcp-program.js", import.meta.url),
      settings,
      vehicle: bestVehicle(),
      heapMiB,
      startMs: 45_000, // the connection has a limit of its own
      patienceMs: PATIENCE_MS,
      silenceMs: SILENCE_MS,
      logger,
      onInfo: (info) => this.#takeOver(info),
      onDown: () => onStatus?.("down"),
    });
  }

  /** Connects, and tries again in the background if that fails. Resolves after the first attempt. */
  async start(): Promise<void> {
    await this.#host.start().catch(() => {}); // logged, and tried again
  }

  /** Runs a call. If the server is down or dies, the result is a failure that the model reads. */
  async call(
    tool: string,
    input: Record<string, unknown>,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<ToolResult> {
    const call: McpCall = { tool, input, timeoutMs };
    const end = await this.#host.run(call, timeoutMs, signal);
    const late = toolFailure(`no result within ${timeoutMs / 1_000} seconds.`);
    // A cast: the host's program is Bullpen's, and none of the server's code runs in it.
    if (end.type === "done") return this.#observe(end.result as McpCallEnd) ?? late;
    return this.#explain(end) ?? late;
  }

  stop(): Promise<void> {
    return this.#host.stop();
  }

  #takeOver(info: unknown): void {
    const { settings, logger, onTools, onStatus } = this.#options;
    // A cast: as above.
    const { tools } = info as McpTools;
    logger.info({ mcpServer: settings.name, tools: tools.length }, "MCP server connected");
    onStatus?.("up");
    onTools(tools);
  }

  #observe(end: McpCallEnd): ToolResult | undefined {
    switch (end.type) {
      case "result":
        return { observation: end.text, is_error: false };
      case "error":
        return toolFailure(end.text);
      case "unfit":
        return this.#failure(`gave a result that does not fit its own schema (${end.reason})`);
      case "lost":
        return this.#failure(`ended while the call ran (${end.reason}) and is being restarted`);
      case "late":
        return undefined;
    }
  }

  #explain(end: Exclude<HostEnd, { type: "done" }>): ToolResult | undefined {
    switch (end.type) {
      case "failed":
        return toolFailure(end.reason);
      case "deadly":
        return this.#failure(`could not be read: its client ended ${end.times} times (${end.reason})`);
      case "down":
        return this.#failure(`is down (${end.reason}) and is being restarted`);
      case "late":
        return undefined;
    }
  }

  #failure(what: string): ToolResult {
    return toolFailure(`the MCP server ${this.#options.settings.name} ${what}.`);
  }
}
