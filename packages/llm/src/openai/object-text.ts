import {
  OBJECT_CLOSING,
  type ObjectShape,
  parseExactly,
  propertySeparator,
  stringifyExactly,
} from "@bullpen/contracts";

const FENCE = "```";

/**
 * A whole reply as the continuation of the primer, the form in which turns are recorded. What the model wrote after
 * the object's opening stays as it is. A reply that is no such object stays whole: its reader sees that it is none.
 *
 * @param shape gives the object's keys in their order.
 */
export function toContinuation(reply: string, shape: ObjectShape): string {
  const bare = withoutFence(reply);
  const start = endOfOpening(bare, shape);
  if (start !== undefined) return bare.slice(start).trimEnd();
  return inOrder(bare, shape) ?? reply;
}

/** The reply that {@link toContinuation} made a continuation of. */
export function toReply(continuation: string, shape: ObjectShape): string {
  return continuation.startsWith('"') ? `{${JSON.stringify(shape[0]?.key)}: ${continuation}` : continuation;
}

/** The index of the first value, if the text begins with an object's opening as chat models write it. */
function endOfOpening(text: string, [first]: ObjectShape): number | undefined {
  let at = 0;
  for (const part of ["{", JSON.stringify(first?.key), ":"]) {
    at = skipSpace(text, at);
    if (!text.startsWith(part, at)) return undefined;
    at += part.length;
  }
  return skipSpace(text, at);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charAt(at).trim() === "") at++;
  return at;
}

/** The continuation that gives the same object with its keys in the shape's order. */
function inOrder(json: string, shape: ObjectShape): string | undefined {
  let value: unknown;
  try {
    value = parseExactly(json);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || Object.keys(value).length !== shape.length) return undefined;
  let text = "";
  for (const [position, { key }] of shape.entries()) {
    const member = value[key];
    if (member === undefined || (typeof member !== "string" && position === 0)) return undefined;
    text += (position > 0 ? propertySeparator(key) : "") + stringifyExactly(member);
  }
  return text + OBJECT_CLOSING;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Removes the fence that llama-server's grammar leaves free, and that models without a grammar like to write. */
export function withoutFence(reply: string): string {
  const text = reply.trim();
  if (!text.startsWith(FENCE)) return reply;
  const opened = text.slice(FENCE.length);
  const inside = opened.startsWith("json") ? opened.slice("json".length) : opened;
  return (inside.endsWith(FENCE) ? inside.slice(0, -FENCE.length) : inside).trim();
}
