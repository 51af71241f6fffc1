import { actionSchema, parseExactly, renderActionContinuation } from "@bullpen/contracts";

/** The opening of an action as chat models write it. */
const OPENING = /^\s*\{\s*"tool_name"\s*:\s*/;

const FENCE = "```";

/**
 * A whole reply as the continuation of the action's primer, the form in which turns are recorded. What the
 * model wrote stays as it is behind the opening; a reply that is no action stays whole, and is told apart
 * from one by its reader.
 */
export function toContinuation(reply: string): string {
  const bare = withoutFence(reply);
  const opening = OPENING.exec(bare);
  if (opening) return bare.slice(opening[0].length).trimEnd();
  try {
    // The same object with its keys the other way round.
    return renderActionContinuation(actionSchema.parse(parseExactly(bare)));
  } catch {
    return reply;
  }
}

/** The reply that {@link toContinuation} made a continuation of. */
export function toReply(continuation: string): string {
  return continuation.startsWith('"') ? `{"tool_name": ${continuation}` : continuation;
}

/** Takes off the fence that llama-server's grammar leaves free, and that models without one like to write. */
function withoutFence(reply: string): string {
  const text = reply.trim();
  if (!text.startsWith(FENCE)) return reply;
  const opened = text.slice(FENCE.length);
  const inside = opened.startsWith("json") ? opened.slice("json".length) : opened;
  return (inside.endsWith(FENCE) ? inside.slice(0, -FENCE.length) : inside).trim();
}
