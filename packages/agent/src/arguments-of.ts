import {
  OBJECT_CLOSING,
  parseExactly,
  propertySeparator,
  stringifyExactly,
  type ToolInput,
} from "@bullpen/contracts";

/**
 * The arguments of a call as a JSON object: as the model wrote them, so that the call which comes back in the next
 * request reads as it was written, token for token. `undefined` for an input that is no object.
 *
 * @param text the turn.
 * @param input what was read out of it.
 */
export function argumentsOf(text: string, input: ToolInput): string | undefined {
  if (typeof input === "string") return isObject(input) ? input.trim() : undefined;
  const begin = text.indexOf(SEPARATOR);
  const written =
    begin >= 0 && text.endsWith(OBJECT_CLOSING)
      ? text.slice(begin + SEPARATOR.length, -OBJECT_CLOSING.length)
      : "";
  return isObject(written) && sameValue(written, input) ? written : stringifyExactly(input);
}

const SEPARATOR = propertySeparator("input");

/** Whether a text is a JSON object. */
export function isObject(text: string): boolean {
  const value = parsed(text);
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A name that holds the separator could lead to another place in the text. */
function sameValue(text: string, input: ToolInput): boolean {
  return stringifyExactly(parsed(text)) === stringifyExactly(input);
}

function parsed(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}
