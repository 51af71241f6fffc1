import { type ToolDefinition, type ToolInput, type ToolResult, toolFailure } from "@bullpen/contracts";
import type { SchemaCheck } from "./schema-check.js";
import type { Tool } from "./tool.js";

/** A tool with what its queue needs to know. */
export interface ServedTool {
  readonly definition: ToolDefinition;
  /** Calls that run side by side in this tool-worker. */
  readonly concurrency: number;
  /** Most calls that all tool-workers together begin in a time. Default: no limit. */
  readonly rateLimit?: { readonly calls: number; readonly perMs: number };
  /** As {@link Tool.run}, for an input of whatever form the model chose. */
  run(input: ToolInput, signal: AbortSignal): Promise<ToolResult>;
  close(): Promise<void>;
}

/** Serves a tool whose input is a text. */
export function serveText(tool: Tool, concurrency: number): ServedTool {
  const { name } = tool.definition;
  return {
    definition: tool.definition,
    concurrency,
    run: async (input, signal) =>
      typeof input === "string"
        ? tool.run(input, signal)
        : toolFailure(`the input of ${name} is a text, not an object.`),
    close: () => tool.close(),
  };
}

/**
 * The object that a model meant by its input, checked against the tool's schema; or what to tell the model
 * about it. JSON inside a string is taken too: models that no grammar holds like to write it.
 */
export function readObject(
  name: string,
  input: ToolInput,
  check: SchemaCheck,
): { object: Record<string, unknown> } | { failure: ToolResult } {
  const object = typeof input === "string" ? parseObject(input) : input;
  if (!object) return { failure: toolFailure(`the input of ${name} must be a JSON object, not a text.`) };
  const fault = check(object);
  if (fault === undefined) return { object };
  return {
    failure: toolFailure(
      `the input does not fit the schema of ${name}: ${fault}. Call it again with one that does.`,
    ),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // A cast: an object that is no array is what the type says.
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
