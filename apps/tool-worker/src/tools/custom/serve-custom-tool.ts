import {
  queueOfTool,
  type ToolDefinition,
  type ToolInput,
  type ToolResult,
  toolFailure,
} from "@bullpen/contracts";
import { z } from "zod";
import type { HostEnd, ToolHost } from "../../host/tool-host.js";
import { exampleInput } from "../../input/example-input.js";
import type { SchemaChecker } from "../../input/schema-checker.js";
import { cutToTokens } from "../../serving/cut-to-tokens.js";
import { toRateLimit } from "../../serving/queue-settings.js";
import { overtimeOf, readObject, readText, type ServedTool } from "../../serving/served-tool.js";
import type { CustomToolCall, CustomToolResult } from "./custom-tool-program.js";
import type { CustomToolInfo } from "./custom-tool-schema.js";

export interface CustomToolParts {
  readonly info: CustomToolInfo;
  readonly host: ToolHost;
  readonly checker: SchemaChecker;
}

/** Serves a custom tool, whose calls run in its host. */
export function serveCustomTool({ info, host, checker }: CustomToolParts): ServedTool {
  const definition = toDefinition(info);
  const schema = info.inputSchema && JSON.stringify(info.inputSchema);
  return {
    definition,
    concurrency: info.concurrency,
    ...(info.rateLimit && { rateLimit: toRateLimit(info.rateLimit) }),
    overtimeMs: overtimeOf(definition),
    run: async (given, signal) => {
      const read =
        schema === undefined
          ? readText(info.name, given)
          : await readObject({ name: info.name, schema, checker, takesLongNumbers: false }, given, signal);
      const result =
        "failure" in read
          ? read.failure
          : observe(await host.run(callOf(info, read.input), definition.timeoutMs, signal), info);
      return { ...result, observation: cutToTokens(result.observation, info.resultTokens) };
    },
    close: () => host.stop(),
  };
}

function toDefinition(tool: CustomToolInfo): ToolDefinition {
  const { name, description, inputSchema, example, crashPolicy, repeatable, timeoutSeconds } = tool;
  return {
    name,
    queue: queueOfTool(name),
    usage: description,
    exampleInput: example ?? exampleInput(inputSchema ?? {}),
    ...(inputSchema && { inputSchema }),
    crashPolicy,
    ...(repeatable !== undefined && { repeatable }),
    timeoutMs: timeoutSeconds * 1_000,
  };
}

const resultSchema = z.union([z.object({ text: z.string() }), z.object({ error: z.string() })]);

function callOf({ resultTokens }: CustomToolInfo, input: ToolInput): CustomToolCall {
  return { input, resultTokens };
}

function toolResult(result: CustomToolResult): ToolResult {
  if ("error" in result) return toolFailure(result.error);
  return { observation: result.text || "The tool gave no output.", is_error: false };
}

function observe(end: HostEnd, { timeoutSeconds }: CustomToolInfo): ToolResult {
  switch (end.type) {
    case "done":
      return toolResult(resultSchema.parse(end.result));
    case "failed":
      return toolFailure(end.reason);
    case "late":
      return toolFailure(`no result within ${timeoutSeconds} seconds.`);
    case "deadly":
      return toolFailure(
        `the tool ended its process ${end.times} times (${end.reason}); it is not run again.`,
      );
    case "down":
      return toolFailure(`the tool cannot be run now: its process does not start (${end.reason}).`);
  }
}
