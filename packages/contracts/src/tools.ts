import { z } from "zod";
import { stringifyExactly } from "./exact-integers.js";
import { toolNameSchema } from "./tool-names.js";

/** A JSON Schema as the tool's owner wrote it. */
export const jsonSchemaSchema = z.record(z.string(), z.unknown());
export type JsonSchema = z.infer<typeof jsonSchemaSchema>;

/** What a model hands to a tool: a text, or an object where the tool has an input schema. */
export const toolInputSchema = z.union([z.string(), z.record(z.string(), z.unknown())]);
export type ToolInput = z.infer<typeof toolInputSchema>;

/** An input as a text: an object as its JSON. */
export function inputText(input: ToolInput): string {
  return typeof input === "string" ? input : stringifyExactly(input);
}

/**
 * What may happen to a tool call whose worker died in the middle of it:
 * `rerun` runs the tool again (it has no side effects and costs little);
 * `reuse` takes a result that was recorded before the crash and runs again only without one.
 */
export const crashPolicySchema = z.enum(["rerun", "reuse"]);

/** A tool as the agent and the tool-workers know it. */
export const toolDefinitionSchema = z.object({
  /** The `tool_name` that the model writes. */
  name: toolNameSchema,
  /** The part of its queue's name after `tools.`; lower case, no colon. No other tool has the same. */
  queue: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
  /** For the model: when to use the tool and what its input is. */
  usage: z.string(),
  /** For the model: an input as it should look, where one is known that fits the schema. */
  exampleInput: toolInputSchema.optional(),
  /** What the input, an object, must fit. Without it the input is a text. */
  inputSchema: jsonSchemaSchema.optional(),
  crashPolicy: crashPolicySchema,
  /**
   * Whether the same call may give something else the next time, such as the time or a job's progress: then it is
   * run again. A list: where the input holds one of these texts. Default: it is not.
   */
  repeatable: z.union([z.boolean(), z.array(z.string())]).optional(),
  /** Wall time that one call may take, in milliseconds. */
  timeoutMs: z.number(),
});
export type ToolDefinition = Readonly<z.infer<typeof toolDefinitionSchema>>;

export const CALCULATOR: ToolDefinition = {
  name: "Calculator",
  queue: "calculator",
  usage:
    'use it whenever the answer needs arithmetic, however simple. "input" is a complete Python program that stores its result in a variable named output.',
  exampleInput: "import math\noutput = math.hypot(3, 4)",
  crashPolicy: "rerun",
  // What reads the clock or draws at random gives something else each time.
  repeatable: ["random", "secrets", "uuid", "import time", "time.time", "localtime(", "now(", "today("],
  timeoutMs: 10_000,
};

export const SEARCH: ToolDefinition = {
  name: "Search",
  queue: "search",
  usage:
    'use it whenever you need a fact about the world, above all one that may have changed. "input" is a short search phrase. You receive the text of the best results.',
  exampleInput: "height of the Eiffel Tower",
  crashPolicy: "reuse",
  timeoutMs: 60_000,
};

export const BUILT_IN_TOOLS: readonly ToolDefinition[] = [CALCULATOR, SEARCH];

/** What a tool hands back. A failure is an observation too: the model can react to it. */
const toolResultSchema = z.object({
  /** The text for the model; of a failure it starts with `Error: `. */
  observation: z.string(),
  is_error: z.boolean(),
});
export type ToolResult = z.infer<typeof toolResultSchema>;

/** The form in which a failure goes back to the model. */
export function toolFailure(message: string): ToolResult {
  return { observation: `Error: ${message}`, is_error: true };
}
