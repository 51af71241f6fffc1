import {
  queueOfTool,
  type ToolDefinition,
  type ToolInput,
  type ToolResult,
  toolFailure,
} from "@bullpen/contracts";
import { abortable } from "../abortable.js";
import { cutToTokens } from "../cut-to-tokens.js";
import { exampleInput } from "../example-input.js";
import { createSchemaCheck } from "../schema-check.js";
import { readObject, type ServedTool, serveText } from "../served-tool.js";
import type { ReadCustomTool } from "./custom-tool-schema.js";

/** Serves a custom tool. @throws {Error} when its input schema is not one. */
export function serveCustomTool(tool: ReadCustomTool): ServedTool {
  const definition = toDefinition(tool);
  const settings = {
    concurrency: tool.concurrency,
    ...(tool.rateLimit && {
      rateLimit: { calls: tool.rateLimit.calls, perMs: tool.rateLimit.perSeconds * 1_000 },
    }),
  };
  const close = async () => {};
  if (!tool.inputSchema) {
    const run = (input: string, signal: AbortSignal) => runTool(tool, input, signal);
    return { ...serveText({ definition, run, close }, tool.concurrency), ...settings };
  }
  const check = createSchemaCheck(tool.inputSchema);
  return {
    definition,
    ...settings,
    run: async (input, signal) => {
      const read = readObject(tool.name, input, check);
      return "failure" in read ? read.failure : runTool(tool, read.object, signal);
    },
    close,
  };
}

function toDefinition(tool: ReadCustomTool): ToolDefinition {
  const { name, description, inputSchema, example, crashPolicy, timeoutSeconds } = tool;
  return {
    name,
    queue: queueOfTool(name),
    usage: description,
    exampleInput: example ?? exampleInput(inputSchema ?? {}),
    ...(inputSchema && { inputSchema }),
    crashPolicy,
    timeoutMs: timeoutSeconds * 1_000,
  };
}

/** A tool that does not heed its signal is left to itself: its result comes too late for anybody. */
async function runTool(tool: ReadCustomTool, input: ToolInput, signal: AbortSignal): Promise<ToolResult> {
  const timeout = AbortSignal.timeout(tool.timeoutSeconds * 1_000);
  const limited = AbortSignal.any([signal, timeout]);
  try {
    // A cast: the input has the type that the tool declared; a schema has just been checked.
    const run = async () => tool.run(input as never, { signal: limited });
    const result = await abortable(run(), limited);
    const text = typeof result === "string" ? result : (JSON.stringify(result) ?? "");
    return {
      observation: cutToTokens(text, tool.resultTokens) || "The tool gave no output.",
      is_error: false,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return toolFailure(`no result within ${tool.timeoutSeconds} seconds.`);
    return toolFailure(error instanceof Error ? error.message : String(error));
  }
}
