import {
  ACTION_CLOSING,
  ACTION_PRIMER,
  type AgentJob,
  FINAL_ANSWER,
  type Message,
  renderActionContinuation,
  type ToolDefinition,
  type Transcript,
} from "@bullpen/contracts";
import { buildInstructions } from "./instructions.js";
import { parseAction } from "./parse-action.js";

/** A question and its conversation. */
export type Question = Pick<AgentJob, "query" | "system" | "history" | "prefill">;

/** The user message that is added if a conversation for an agent ends with the assistant's words. */
const GO_ON = "Go on.";

/** The conversation as the caller has it, for a model that answers in plain text. */
export function buildPlainMessages({ query, system, history = [] }: Question): Message[] {
  return [
    ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
    ...history,
    { role: "user", content: query },
  ];
}

/** The conversation so far, ready for the agent's next turn. */
export function buildMessages(
  { query, system, history = [], prefill }: Question,
  tools: readonly ToolDefinition[],
  transcript: Transcript,
): Message[] {
  const instructions = buildInstructions(tools);
  const messages: Message[] = [
    { role: "system", content: system === undefined ? instructions : `${instructions}\n\n${system}` },
    ...history.map(toMessage),
    { role: "user", content: query },
    ...(prefill === undefined
      ? []
      : [toMessage({ role: "assistant", content: prefill }), { role: "user" as const, content: GO_ON }]),
  ];
  for (const { turn, observation } of transcript.steps) {
    messages.push({ role: "assistant", content: ACTION_PRIMER + turn.text + ACTION_CLOSING });
    if (observation) messages.push({ role: "tool", content: observation.observation });
    else if (!parseAction(turn.text))
      messages.push({ role: "tool", content: correction(turn.finish_reason) });
  }
  return messages;
}

/** Writes an earlier answer in the form in which the agent answers. */
function toMessage({ role, content }: { role: "user" | "assistant"; content: string }): Message {
  if (role === "user") return { role, content };
  const action = renderActionContinuation({ tool_name: FINAL_ANSWER, input: content });
  return { role, content: ACTION_PRIMER + action + ACTION_CLOSING };
}

/** The message in place of an observation if a turn was not an action. */
function correction(finishReason: "stop" | "length" | "context"): string {
  return finishReason === "length"
    ? "Error: your reply was cut off because it was too long. Reply again with a shorter input."
    : 'Error: your reply was not a JSON object with exactly the keys "tool_name" and "input".';
}
