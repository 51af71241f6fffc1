import {
  ACTION_CLOSING,
  ACTION_PRIMER,
  type Message,
  type ToolDefinition,
  type Transcript,
} from "@bullpen/contracts";
import { buildInstructions } from "./instructions.js";
import { parseAction } from "./parse-action.js";

/** The conversation so far, ready for the model's next turn. */
export function buildMessages(
  query: string,
  tools: readonly ToolDefinition[],
  transcript: Transcript,
): Message[] {
  const messages: Message[] = [
    { role: "system", content: buildInstructions(tools) },
    { role: "user", content: query },
  ];
  for (const { turn, observation } of transcript.steps) {
    messages.push({ role: "assistant", content: ACTION_PRIMER + turn.text + ACTION_CLOSING });
    if (observation) messages.push({ role: "tool", content: observation.observation });
    else if (!parseAction(turn.text))
      messages.push({ role: "tool", content: correction(turn.finish_reason) });
  }
  return messages;
}

/** What the model is told in place of an observation when its turn was not an action. */
function correction(finishReason: "stop" | "length" | "context"): string {
  return finishReason === "length"
    ? "Error: your reply was cut off because it was too long. Reply again with a shorter input."
    : 'Error: your reply was not a JSON object with exactly the keys "tool_name" and "input".';
}
