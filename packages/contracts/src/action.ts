import { z } from "zod";
import { OBJECT_CLOSING, objectOpening, propertySeparator } from "./constraint.js";
import { stringifyExactly } from "./exact-integers.js";
import { toolInputSchema } from "./tools.js";

/**
 * What the model writes in one turn: the tool it wants and what it hands to that tool. `Final Answer`
 * ends the loop, and so does a name that is no tool of the query: its input is the answer.
 */
export const actionSchema = z.strictObject({ tool_name: z.string(), input: toolInputSchema });
export type Action = z.infer<typeof actionSchema>;

export const FINAL_ANSWER = "Final Answer";

/**
 * The opening that every assistant turn is given, so that the first thing the model produces is
 * the name of a tool. It ends in a space: what follows starts with a quotation mark.
 */
export const ACTION_PRIMER = `\`\`\`json\n${objectOpening("tool_name")}`;

/** What closes the fenced block after the action's last brace. */
export const ACTION_CLOSING = "\n```";

/** The continuation of {@link ACTION_PRIMER} that spells out `action`, ending in its closing brace. */
export function renderActionContinuation(action: Action): string {
  const input = propertySeparator("input") + stringifyExactly(action.input);
  return JSON.stringify(action.tool_name) + input + OBJECT_CLOSING;
}
