import {
  findLongNumber,
  parseExactly,
  type ToolDefinition,
  type ToolInput,
  type ToolResult,
  toolFailure,
  withNearestNumbers,
} from "@bullpen/contracts";
import type { RateLimit } from "@bullpen/queue";
import { CHECK_MS, type SchemaChecker } from "../input/schema-checker.js";
import type { Caller, Tool } from "./tool.js";

/** A tool with what its queue needs to know. */
export interface ServedTool {
  readonly definition: ToolDefinition;
  /** Calls that run at the same time in this tool-worker. */
  readonly concurrency: number;
  /** Maximum number of calls that all tool-workers together begin in a period. Default: no limit. */
  readonly rateLimit?: RateLimit;
  /**
   * Milliseconds that a call may exceed its tool's limit before it is aborted from outside. Default: that of
   * `ToolWorker`.
   */
  readonly overtimeMs?: number;
  /** As {@link Tool.run}, for an input of whatever form the model chose. */
  run(input: ToolInput, signal: AbortSignal, caller?: Caller): Promise<ToolResult>;
  close(): Promise<void>;
}

/**
 * A call of a tool with a host may run twice: beside a call that crashes the host, and then alone. 15 seconds cover the
 * start of the second host and the check of the input.
 */
export function overtimeOf({ timeoutMs }: ToolDefinition): number {
  return timeoutMs + 15_000;
}

/** Serves a tool whose input is a text. */
export function serveText(tool: Tool, concurrency: number): ServedTool {
  return {
    definition: tool.definition,
    concurrency,
    run: async (input, signal, caller) => {
      const read = readText(tool.definition.name, input);
      return "failure" in read ? read.failure : tool.run(read.input, signal, caller);
    },
    close: () => tool.close(),
  };
}

export type ReadInput<T> = { readonly input: T } | { readonly failure: ToolResult };

/** The text that a tool takes, or a failure that tells the model what is wrong with its input. */
export function readText(name: string, input: ToolInput): ReadInput<string> {
  if (typeof input === "string") return { input };
  return {
    failure: toolFailure(`the input of ${name} must be a text, not an object. Call it again with a text.`),
  };
}

export interface ObjectReader {
  readonly name: string;
  /** The tool's schema as JSON. */
  readonly schema: string;
  readonly checker: SchemaChecker;
  /** Whether the tool gets numbers that JavaScript cannot represent, as marked texts. */
  readonly takesLongNumbers: boolean;
}

/**
 * The object in a model's input, checked against the tool's schema, or a failure that tells the model what is wrong.
 * A string that holds a JSON object is accepted too: models without a grammar often write one.
 */
export async function readObject(
  { name, schema, checker, takesLongNumbers }: ObjectReader,
  given: ToolInput,
  signal: AbortSignal,
): Promise<ReadInput<Record<string, unknown>>> {
  const input = typeof given === "string" ? parseObject(given) : given;
  if (!input)
    return {
      failure: toolFailure(
        `the input of ${name} must be a JSON object, not a text. Call it again with an object.`,
      ),
    };
  const long = takesLongNumbers ? undefined : findLongNumber(input);
  if (long !== undefined) return { failure: tooLong(name, long) };
  const end = await checker.check(name, schema, withNearestNumbers(input), signal);
  if (end.type === "fits" || end.type === "unreadable") return { input };
  const message =
    end.type === "fault"
      ? `the input does not fit the schema of ${name}: ${end.fault}. Call it again with one that does.`
      : `the input could not be checked against the schema of ${name} within ${CHECK_MS / 1_000} seconds, so nothing was run. Call it again with a simpler one.`;
  return { failure: toolFailure(message) };
}

function tooLong(name: string, digits: string): ToolResult {
  const number = digits.length > 40 ? `${digits.slice(0, 40)}…` : digits;
  return toolFailure(
    `the input of ${name} holds the number ${number}, which has more digits than this tool can read (15). ` +
      "Call it again with the number as a text, if its schema allows one.",
  );
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseExactly(text);
    // A cast: an object that is not an array has the type.
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
