import type { Logger } from "@bullpen/runtime";
import type { SchemaChecker } from "../../input/schema-checker.js";
import type { ServedTool } from "../../serving/served-tool.js";
import type { ToolFleet } from "../../serving/tool-fleet.js";
import type { ListedTool } from "./listed-tool.js";
import type { McpServerSettings } from "./mcp-config.js";
import { McpServer, type McpServerStatus } from "./mcp-server.js";
import { isSameTool, toServedTool } from "./mcp-tools.js";

export interface McpFleetOptions {
  readonly servers: readonly McpServerSettings[];
  readonly fleet: ToolFleet;
  readonly checker: SchemaChecker;
  readonly logger: Logger;
  /** Maximum JavaScript heap of one server's client, in MiB. */
  readonly heapMiB: number;
  readonly onStatus: (server: string, status: McpServerStatus) => void;
}

/** The MCP servers of a tool-worker. Serves their tools, and follows when servers come, change and go. */
export class McpFleet {
  readonly #options: McpFleetOptions;
  readonly #servers = new Map<string, McpServer>();
  /** The served tools of each server, by the server's name. */
  readonly #served = new Map<string, ServedTool[]>();
  /** Listings are applied one at a time. */
  #changes: Promise<void> = Promise.resolve();

  /** Resolves when every server was tried once. Those that failed are tried again in the background. */
  static async start(options: McpFleetOptions): Promise<McpFleet> {
    const mcp = new McpFleet(options);
    await Promise.all([...mcp.#servers.values()].map((server) => server.start()));
    await mcp.#changes;
    return mcp;
  }

  private constructor(options: McpFleetOptions) {
    this.#options = options;
    for (const settings of options.servers) {
      const server = new McpServer({
        settings,
        logger: options.logger,
        heapMiB: options.heapMiB,
        onTools: (tools) => this.#change(settings, tools),
        onStatus: (status) => options.onStatus(settings.name, status),
      });
      this.#servers.set(settings.name, server);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
    await this.#changes;
  }

  #change(settings: McpServerSettings, tools: readonly ListedTool[]): void {
    this.#changes = this.#changes
      .then(() => this.#takeOver(settings, tools))
      .catch((error: unknown) => {
        this.#options.logger.error({ err: error, mcpServer: settings.name }, "its tools are not served");
      });
  }

  async #takeOver(settings: McpServerSettings, remotes: readonly ListedTool[]): Promise<void> {
    const { fleet } = this.#options;
    const server = this.#servers.get(settings.name);
    if (!server) return;
    const wanted = remotes.flatMap((tool) => this.#serve(tool, server, settings));
    const before = this.#served.get(settings.name) ?? [];
    const kept = before.filter((old) => wanted.some((now) => isSameTool(old.definition, now.definition)));
    const gone = before.filter((old) => !kept.includes(old));
    await Promise.all(gone.map((old) => fleet.remove(old.definition.name, 0)));
    const fresh = wanted.filter((now) => !kept.some((old) => isSameTool(old.definition, now.definition)));
    this.#served.set(settings.name, [...kept, ...(await fleet.add(fresh))]);
  }

  /** The tool as it is served. Undefined if its definition is too large. */
  #serve(tool: ListedTool, server: McpServer, settings: McpServerSettings): ServedTool[] {
    const { checker, logger } = this.#options;
    try {
      return [toServedTool(tool, server, settings, checker)];
    } catch (error) {
      logger.warn({ mcpServer: settings.name, tool: tool.name, err: error }, "a tool is left out");
      return [];
    }
  }
}
