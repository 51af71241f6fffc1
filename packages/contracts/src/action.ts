import { z } from "zod";

/**
 * What the model writes in one turn: the tool it wants and the text it hands to that tool.
 * The three classic names are `Calculator`, `Search` and `Final Answer`; the input of any other
 * name is taken as the final answer.
 */
export const actionSchema = z.strictObject({ tool_name: z.string(), input: z.string() });
export type Action = z.infer<typeof actionSchema>;

export const FINAL_ANSWER = "Final Answer";

/**
 * The opening that every assistant turn is given, so that the first thing the model produces is
 * the name of a tool. It ends in a space: what follows starts with a quotation mark.
 */
export const ACTION_PRIMER = '```json\n{\n"tool_name": ';

/** What closes the fenced block after the action's last brace. */
export const ACTION_CLOSING = "\n```";

/** The continuation of {@link ACTION_PRIMER} that spells out `action`, ending in its closing brace. */
export function renderActionContinuation(action: Action): string {
  return `${JSON.stringify(action.tool_name)},\n"input": ${JSON.stringify(action.input)}\n}`;
}
