import { queueOfTool, type ToolDefinition } from "@bullpen/contracts";
import { exampleInput } from "../../input/example-input.js";
import type { SchemaChecker } from "../../input/schema-checker.js";
import { cutToTokens } from "../../serving/cut-to-tokens.js";
import { toRateLimit } from "../../serving/queue-settings.js";
import { overtimeOf, readObject, type ServedTool } from "../../serving/served-tool.js";
import type { ListedTool } from "./listed-tool.js";
import type { McpServerSettings, ToolSettings } from "./mcp-config.js";
import type { McpServer } from "./mcp-server.js";

const DEFAULTS = { concurrency: 4, timeoutSeconds: 60 };

/**
 * Serves a tool of an MCP server under the name `<server>.<tool>`. If its schema cannot be read, only the server checks
 * inputs.
 */
export function toServedTool(
  tool: ListedTool,
  server: McpServer,
  settings: McpServerSettings,
  checker: SchemaChecker,
): ServedTool {
  const { concurrency, timeoutSeconds, rateLimit, repeatable } = settingsOf(tool.name, settings);
  const definition: ToolDefinition = {
    ...toDefinition(tool, settings.name, timeoutSeconds * 1_000),
    ...(repeatable !== undefined && { repeatable }),
  };
  const schema = JSON.stringify(tool.inputSchema);
  return {
    definition,
    concurrency,
    ...(rateLimit && { rateLimit: toRateLimit(rateLimit) }),
    overtimeMs: overtimeOf(definition),
    run: async (given, signal) => {
      const read = await readObject(
        { name: definition.name, schema, checker, takesLongNumbers: true },
        given,
        signal,
      );
      const result =
        "failure" in read
          ? read.failure
          : await server.call(tool.name, read.input, definition.timeoutMs, signal);
      return { ...result, observation: cutToTokens(result.observation, settings.bullpen.resultTokens) };
    },
    close: async () => {}, // the server itself is closed once, not with each tool
  };
}

/** Whether two listings describe the same tool, so that its queue worker can be kept. */
export function isSameTool(one: ToolDefinition, other: ToolDefinition): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function toDefinition(tool: ListedTool, server: string, timeoutMs: number): ToolDefinition {
  const { name, description, inputSchema, isSafeToRerun } = tool;
  const fullName = `${server}.${name}`;
  return {
    name: fullName,
    queue: queueOfTool(fullName),
    usage: sentence(description ?? name),
    exampleInput: exampleInput(inputSchema),
    inputSchema,
    crashPolicy: isSafeToRerun ? "rerun" : "reuse",
    timeoutMs,
  };
}

function settingsOf(tool: string, { bullpen }: McpServerSettings): ToolSettings & typeof DEFAULTS {
  const own = bullpen.perTool[tool] ?? {};
  return {
    concurrency: own.concurrency ?? bullpen.concurrency ?? DEFAULTS.concurrency,
    timeoutSeconds: own.timeoutSeconds ?? bullpen.timeoutSeconds ?? DEFAULTS.timeoutSeconds,
    rateLimit: own.rateLimit ?? bullpen.rateLimit,
    repeatable: own.repeatable ?? bullpen.repeatable,
  };
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
