import { matchToolName, type QueryView, type Transcript } from "@bullpen/contracts";
import { parseAction } from "./parse-action.js";

/**
 * The tool calls of a transcript and what they and the turns cost.
 *
 * @param tools the names of the tools that the query may use.
 */
export function summarizeTranscript(
  transcript: Transcript,
  tools: readonly string[],
): Pick<QueryView, "steps" | "usage"> {
  const steps: QueryView["steps"] = [];
  const usage = {
    prompt_tokens: 0,
    cached_tokens: 0,
    completion_tokens: 0,
    total_tokens: 0,
    turns: 0,
    tool_calls: 0,
  };
  for (const { turn, observation } of transcript.steps) {
    usage.turns++;
    usage.prompt_tokens += turn.usage.prompt_tokens;
    usage.cached_tokens += turn.usage.cached_tokens;
    usage.completion_tokens += turn.usage.completion_tokens;
    const action = parseAction(turn.text);
    const toolName = action && matchToolName(action.tool_name, tools);
    if (!action || toolName === undefined) continue;
    if (observation) usage.tool_calls++;
    steps.push({
      tool_name: toolName,
      input: action.input,
      observation: observation?.observation ?? null,
      is_error: observation?.is_error ?? null,
    });
  }
  usage.total_tokens = usage.prompt_tokens + usage.completion_tokens;
  return { steps, usage };
}
