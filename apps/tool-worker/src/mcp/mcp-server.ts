import { setTimeout as sleep } from "node:timers/promises";
import { type ToolResult, toolFailure } from "@bullpen/contracts";
import type { Logger } from "@bullpen/runtime";
import { ProtocolError, SdkError, SdkErrorCode, type Tool } from "@modelcontextprotocol/client";
import { abortable, type Deferred, deferred } from "../abortable.js";
import { cutToTokens } from "../cut-to-tokens.js";
import type { McpServerSettings } from "./mcp-config.js";
import { McpConnection } from "./mcp-connection.js";
import { resultText } from "./result-text.js";

export interface McpServerOptions {
  readonly settings: McpServerSettings;
  readonly logger: Logger;
  /** Called with the server's tools at each connection and whenever they change. */
  readonly onTools: (tools: readonly Tool[]) => void;
  readonly onStatus?: (status: McpServerStatus) => void;
}

export type McpServerStatus = "up" | "down";

/** Pause before the first restart, doubled at each failure. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** How long a call waits for a server that is being restarted. */
const PATIENCE_MS = 2_000;
/** A server that was up this long before it died is restarted after the first pause again. */
const STEADY_MS = 60_000;

/** An MCP server, connected again with growing pauses whenever its connection is gone. */
export class McpServer {
  readonly #options: McpServerOptions;
  readonly #stopping = new AbortController();
  #connection: McpConnection | undefined;
  /** Resolves at the next connection. */
  #connected: Deferred<void> = deferred();
  #downReason = "it has not started yet";
  #lastLine = "";
  #pauseMs = FIRST_PAUSE_MS;
  #connectedAt = 0;
  #reconnecting: Promise<void> | undefined;

  constructor(options: McpServerOptions) {
    this.#options = options;
  }

  /** Connects; when that fails, goes on trying in the background. Resolves after the first attempt. */
  async start(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      this.#goDown(messageOf(error));
    }
  }

  /** Runs a call. A server that is down or dies meanwhile is a failure that the model is told. */
  async call(
    tool: string,
    input: Record<string, unknown>,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<ToolResult> {
    const connection = this.#connection ?? (await this.#nextConnection(signal));
    if (!connection) return this.#failure(`is down (${this.#downReason}) and is being restarted`);
    try {
      const result = await connection.callTool(tool, input, { signal, timeoutMs });
      const text = cutToTokens(resultText(result), this.#options.settings.bullpen.resultTokens);
      return result.isError ? toolFailure(text) : { observation: text, is_error: false };
    } catch (error) {
      signal.throwIfAborted();
      return this.#explain(error, connection, timeoutMs);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#reconnecting;
    await this.#connection?.close();
  }

  async #connect(): Promise<void> {
    const { settings, logger, onTools, onStatus } = this.#options;
    const connection: McpConnection = await McpConnection.open(
      {
        server: settings,
        onTools,
        onGone: (reason) => this.#lose(connection, reason),
        onLog: (line) => {
          this.#lastLine = line;
          logger.debug({ mcpServer: settings.name }, line);
        },
      },
      this.#stopping.signal,
    );
    this.#connection = connection;
    this.#connectedAt = performance.now();
    logger.info({ mcpServer: settings.name, tools: connection.tools.length }, "MCP server connected");
    onStatus?.("up");
    onTools(connection.tools);
    this.#connected.resolve();
  }

  /** What came of an error while a call ran. Errors of the protocol are the call's, all others the line's. */
  #explain(error: unknown, connection: McpConnection, timeoutMs: number): ToolResult {
    if (error instanceof ProtocolError) return toolFailure(error.message);
    if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) {
      return toolFailure(`no result within ${timeoutMs / 1_000} seconds.`);
    }
    if (error instanceof SdkError && error.code === SdkErrorCode.InvalidResult) {
      return this.#failure(`gave a result that does not fit its own schema (${error.message})`);
    }
    this.#lose(connection, messageOf(error));
    return this.#failure(`ended while the call ran (${this.#downReason}) and is being restarted`);
  }

  #lose(connection: McpConnection, reason: string): void {
    if (this.#connection !== connection || this.#stopping.signal.aborted) return;
    if (performance.now() - this.#connectedAt > STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
    void connection.close().catch(() => {}); // it is gone already
    this.#goDown(reason);
  }

  #goDown(reason: string): void {
    const { settings, logger, onStatus } = this.#options;
    this.#connection = undefined;
    this.#connected = deferred();
    this.#downReason = reason;
    logger.warn({ mcpServer: settings.name, reason, lastLine: this.#lastLine }, "MCP server is down");
    onStatus?.("down");
    this.#reconnecting = this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await sleep(this.#pauseMs, undefined, { signal });
        this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
        return await this.#connect();
      } catch (error) {
        if (signal.aborted) return;
        this.#downReason = messageOf(error);
        const { settings, logger } = this.#options;
        logger.warn({ mcpServer: settings.name, reason: this.#downReason }, "MCP server does not start");
      }
    }
  }

  async #nextConnection(signal: AbortSignal): Promise<McpConnection | undefined> {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    try {
      await abortable(this.#connected.promise, AbortSignal.any([signal, patience, this.#stopping.signal]));
    } catch {
      signal.throwIfAborted();
    }
    return this.#connection;
  }

  #failure(what: string): ToolResult {
    return toolFailure(`the MCP server ${this.#options.settings.name} ${what}.`);
  }
}

/** The error's message, and of `fetch failed` what lies behind it. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message ? `${error.message}: ${cause.message}` : error.message;
}
