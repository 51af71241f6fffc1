import { queueOfTool, type ToolDefinition } from "@bullpen/contracts";
import type { Tool as RemoteTool } from "@modelcontextprotocol/client";
import { exampleInput } from "../example-input.js";
import type { SchemaChecker } from "../schema-checker.js";
import { readObject, type ServedTool } from "../served-tool.js";
import type { McpServerSettings, ToolSettings } from "./mcp-config.js";
import type { McpServer } from "./mcp-server.js";

const DEFAULTS = { concurrency: 4, timeoutSeconds: 60 };

/** A tool of an MCP server under the name `<server>.<tool>`. */
export function toServedTool(
  remote: RemoteTool,
  server: McpServer,
  settings: McpServerSettings,
  checker: SchemaChecker,
): ServedTool {
  const { concurrency, timeoutSeconds, rateLimit } = settingsOf(remote.name, settings);
  const definition = toDefinition(remote, settings.name, timeoutSeconds * 1_000);
  const schema = JSON.stringify(remote.inputSchema);
  return {
    definition,
    concurrency,
    ...(rateLimit && { rateLimit: { calls: rateLimit.calls, perMs: rateLimit.perSeconds * 1_000 } }),
    run: async (input, signal) => {
      const read = await readObject({ name: definition.name, schema, checker }, input, signal);
      if ("failure" in read) return read.failure;
      return server.call(remote.name, read.input, definition.timeoutMs, signal);
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

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
