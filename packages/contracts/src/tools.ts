import { z } from "zod";

/**
 * What may happen to a tool call whose worker died in the middle of it:
 * `rerun` runs the tool again (it has no side effects and costs little);
 * `reuse` takes a result that was recorded before the crash and runs again only without one.
 */
export type CrashPolicy = "rerun" | "reuse";

/** A tool as the agent and the tool-workers know it. */
export interface ToolDefinition {
  /** The `tool_name` that the model writes. */
  readonly name: string;
  /** The part of its queue's name after `tools.`; lower case, no colon. */
  readonly queue: string;
  /** For the model: when to use the tool and what its input is. */
  readonly usage: string;
  /** For the model: an input as it should look. */
  readonly exampleInput: string;
  readonly crashPolicy: CrashPolicy;
  /** Wall time that one call may take, in milliseconds. */
  readonly timeoutMs: number;
}

export const CALCULATOR: ToolDefinition = {
  name: "Calculator",
  queue: "calculator",
  usage:
    'use it whenever the answer needs arithmetic, however simple. "input" is a complete Python program that stores its result in a variable named output.',
  exampleInput: "import math\noutput = math.hypot(3, 4)",
  crashPolicy: "rerun",
  timeoutMs: 10_000,
};

export const SEARCH: ToolDefinition = {
  name: "Search",
  queue: "search",
  usage:
    'use it whenever you need a fact about the world, above all one that may have changed. "input" is a short search phrase. You receive the text of the best results.',
  exampleInput: "height of the Eiffel Tower",
  crashPolicy: "reuse",
  timeoutMs: 30_000,
};

export const CLASSIC_TOOLS: readonly ToolDefinition[] = [CALCULATOR, SEARCH];

/** What a tool hands back. A failure is an observation too: the model can react to it. */
export const toolResultSchema = z.object({
  /** The text for the model; of a failure it starts with `Error: `. */
  observation: z.string(),
  is_error: z.boolean(),
});
export type ToolResult = z.infer<typeof toolResultSchema>;

/** The form in which a failure goes back to the model. */
export function toolFailure(message: string): ToolResult {
  return { observation: `Error: ${message}`, is_error: true };
}
