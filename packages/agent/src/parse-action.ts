import { JsonScanner } from "@bullpen/base";
import { ACTION_PRIMER, type Action, actionSchema, findLongNumber, parseExactly } from "@bullpen/contracts";

/**
 * The action that a turn's text completes the primer to, or `undefined` when the text is not one
 * JSON object with the two keys. Text after the object's closing brace is ignored: a model without
 * grammar likes to close the fence, or to go on talking.
 */
export function parseAction(text: string): Action | undefined {
  const opened = ACTION_PRIMER.slice(ACTION_PRIMER.indexOf("{")) + text;
  const end = endOfObject(opened);
  if (end === undefined) return undefined;
  try {
    const action = actionSchema.safeParse(parseExactly(opened.slice(0, end))).data;
    // A long number in the input's place is no text.
    return typeof action?.input === "string" && findLongNumber(action.input) ? undefined : action;
  } catch {
    return undefined;
  }
}

/** How deep objects and lists may be nested. `JSON.stringify` overflows the stack at some thousands. */
const MAX_DEPTH = 100;

/** The index after the brace that closes the object at the start of `json`; `undefined` if it is nested too deep. */
function endOfObject(json: string): number | undefined {
  const scanner = new JsonScanner();
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const char = json.charAt(i);
    if (!scanner.push(char)) continue;
    if (char === "{" || char === "[") {
      if (++depth > MAX_DEPTH) return undefined;
    } else if ((char === "}" || char === "]") && --depth === 0) return i + 1;
  }
  return undefined;
}
