import { queueOfTool, type ToolDefinition } from "@bullpen/contracts";
import type { Logger } from "@bullpen/runtime";
import type { Tool as RemoteTool } from "@modelcontextprotocol/client";
import { exampleInput } from "../example-input.js";
import { createSchemaCheck, type SchemaCheck } from "../schema-check.js";
import { readObject, type ServedTool } from "../served-tool.js";
import type { McpServerSettings, ToolSettings } from "./mcp-config.js";
import type { McpServer } from "./mcp-server.js";

const DEFAULTS = { concurrency: 4, timeoutSeconds: 60 };

/** A tool of an MCP server under the name `<server>.<tool>`. */
export function toServedTool(
  remote: RemoteTool,
  server: McpServer,
  settings: McpServerSettings,
  logger: Logger,
): ServedTool {
  const { concurrency, timeoutSeconds, rateLimit } = settingsOf(remote.name, settings);
  const definition = toDefinition(remote, settings.name, timeoutSeconds * 1_000);
  const check = checkOf(remote, settings.name, logger);
  return {
    definition,
    concurrency,
    ...(rateLimit && { rateLimit: { calls: rateLimit.calls, perMs: rateLimit.perSeconds * 1_000 } }),
    run: async (input, signal) => {
      const read = readObject(definition.name, input, check);
      if ("failure" in read) return read.failure;
      return server.call(remote.name, read.object, definition.timeoutMs, signal);
    },
    close: async () => {}, // the server is closed once, not with each of its tools
  };
}

/** Whether two listings describe the same tool, so that its queue worker can stay. */
export function isSameTool(one: ToolDefinition, other: ToolDefinition): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function toDefinition(
  { name, description, inputSchema, annotations }: RemoteTool,
  server: string,
  timeoutMs: number,
): ToolDefinition {
  const fullName = `${server}.${name}`;
  const repeatable = annotations?.readOnlyHint === true || annotations?.idempotentHint === true;
  return {
    name: fullName,
    queue: queueOfTool(fullName),
    usage: sentence(description ?? annotations?.title ?? name),
    exampleInput: exampleInput(inputSchema),
    inputSchema,
    crashPolicy: repeatable ? "rerun" : "reuse",
    timeoutMs,
  };
}

function settingsOf(tool: string, { bullpen }: McpServerSettings): ToolSettings & typeof DEFAULTS {
  const own = bullpen.perTool[tool] ?? {};
  return {
    concurrency: own.concurrency ?? bullpen.concurrency ?? DEFAULTS.concurrency,
    timeoutSeconds: own.timeoutSeconds ?? bullpen.timeoutSeconds ?? DEFAULTS.timeoutSeconds,
    rateLimit: own.rateLimit ?? bullpen.rateLimit,
  };
}

/** A schema that cannot be read is left to the server, which checks inputs itself. */
function checkOf({ name, inputSchema }: RemoteTool, server: string, logger: Logger): SchemaCheck {
  try {
    return createSchemaCheck(inputSchema);
  } catch (error) {
    logger.warn({ err: error, mcpServer: server, tool: name }, "the tool's input schema cannot be checked");
    return () => undefined;
  }
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
