import { ProtocolError, SdkError, SdkErrorCode } from "@modelcontextprotocol/client";
import { type HostProgram, type HostSide, loggerOf } from "../../host/host-program.js";
import { thrownMessage } from "../../host/thrown-message.js";
import { SchemaChecker } from "../../input/schema-checker.js";
import { cutToTokens } from "../../serving/cut-to-tokens.js";
import type { ListedTool } from "./listed-tool.js";
import type { McpServerSettings } from "./mcp-config.js";
import { type McpCallResult, McpConnection } from "./mcp-connection.js";
import { resultText } from "./result-text.js";

export interface McpCall {
  readonly tool: string;
  readonly input: Record<string, unknown>;
  readonly timeoutMs: number;
}

/** The outcome of a call. */
export type McpCallEnd =
  | { readonly type: "result" | "error"; readonly text: string }
  | { readonly type: "late" }
  /** A result that does not fit the tool's own schema. */
  | { readonly type: "unfit"; readonly reason: string }
  /** The connection is lost. */
  | { readonly type: "lost"; readonly reason: string };

/** The program's info, and its news when they change. */
export interface McpTools {
  readonly tools: readonly ListedTool[];
}

/** The reason of a failure may be a page of HTML. */
const MAX_REASON_CHARACTERS = 200;

/** Holds the connection to an MCP server, and ends when it is lost. */
export async function start(settings: unknown, side: HostSide): Promise<HostProgram> {
  // Casts, here and below: what the tool-worker sends has these types.
  const server = settings as McpServerSettings;
  const connection = await open(server, side);
  const checker = new SchemaChecker({ logger: loggerOf(side) });
  return {
    info: { tools: connection.tools } satisfies McpTools,
    run: async (call, signal): Promise<McpCallEnd> => {
      const { tool, input, timeoutMs } = call as McpCall;
      const cut = (text: string) => cutToTokens(text, server.bullpen.resultTokens);
      try {
        const result = await connection.callTool(tool, input, { signal, timeoutMs });
        const text = cut(resultText(result.content, result.structuredContent));
        if (result.isError) return { type: "error", text };
        const reason = await misfit(
          result,
          connection.tools.find(({ name }) => name === tool),
          checker,
          signal,
        );
        return reason === undefined ? { type: "result", text } : { type: "unfit", reason: cut(reason) };
      } catch (error) {
        return explain(error, side, cut);
      }
    },
    close: async () => {
      await connection.close();
      await checker.close();
    },
  };
}

async function open(server: McpServerSettings, side: HostSide): Promise<McpConnection> {
  try {
    return await McpConnection.open({
      server,
      onTools: (tools) => side.tell({ tools } satisfies McpTools),
      onGone: (reason) => side.wearOut(reason),
      onLog: (line) => side.log("debug", line),
      onWarning: (text) => side.log("warn", text),
    });
  } catch (error) {
    throw new Error(reasonOf(error));
  }
}

/** Why a result does not fit its tool's output schema. Undefined if it fits. */
async function misfit(
  { structuredContent }: McpCallResult,
  tool: ListedTool | undefined,
  checker: SchemaChecker,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!tool?.outputSchema || structuredContent === undefined) return undefined;
  const end = await checker.check(tool.name, JSON.stringify(tool.outputSchema), structuredContent, signal);
  if (end.type === "late") return "it could not be checked in time";
  return end.type === "fault" ? end.fault : undefined;
}

/** Protocol errors and unreadable results belong to the call; all others belong to the connection. */
function explain(error: unknown, side: HostSide, cut: (text: string) => string): McpCallEnd {
  if (error instanceof ProtocolError || error instanceof RangeError) {
    return { type: "error", text: cut(thrownMessage(error)) };
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) return { type: "late" };
  if (error instanceof SdkError && error.code === SdkErrorCode.InvalidResult) {
    return { type: "unfit", reason: reasonOf(error) };
  }
  const reason = reasonOf(error);
  side.wearOut(reason);
  return { type: "lost", reason };
}

function reasonOf(error: unknown): string {
  const line = thrownMessage(error).replace(/\s+/g, " ").trim();
  return line.length > MAX_REASON_CHARACTERS ? `${line.slice(0, MAX_REASON_CHARACTERS)}…` : line;
}
