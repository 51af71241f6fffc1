import {
  type GuardEvent,
  type Step,
  type ToolInput,
  type Transcript,
  toolFailure,
  withDigits,
} from "@bullpen/contracts";
import { readTurn } from "./read-turn.js";

/** A tool call as callers see it. What is null has not happened yet. */
interface StepSummary {
  readonly tool_name: string;
  readonly input: ToolInput;
  readonly observation: string | null;
  readonly is_error: boolean | null;
  /** What a guard did at the call. Null: nothing. */
  readonly guard: GuardEvent | null;
}

/** The tool calls of a query, in order, and the tokens of all its turns. */
export interface TranscriptSummary {
  readonly steps: StepSummary[];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly cached_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
    readonly turns: number;
    readonly tool_calls: number;
  };
}

/**
 * The tool calls of a transcript and what they and the turns cost.
 *
 * @param tools the names of the tools that the query may use.
 */
export function summarizeTranscript(transcript: Transcript, tools: readonly string[]): TranscriptSummary {
  const steps: StepSummary[] = [];
  const usage = {
    prompt_tokens: 0,
    cached_tokens: 0,
    completion_tokens: 0,
    total_tokens: 0,
    turns: 0,
    tool_calls: 0,
  };
  for (const [index, step] of transcript.steps.entries()) {
    const { turn, observation } = step;
    usage.turns++;
    usage.prompt_tokens += turn.usage.prompt_tokens;
    usage.cached_tokens += turn.usage.cached_tokens;
    usage.completion_tokens += turn.usage.completion_tokens;
    const shown = tools.length > 0 ? showStep(step, tools) : undefined;
    if (!shown) continue;
    const isStopped = transcript.steps[index + 1]?.turn.forced_by === "failures";
    steps.push({ ...shown, guard: observation?.guard ?? (isStopped ? "stopped" : null) });
    if (observation && !observation.guard && tools.includes(shown.tool_name)) usage.tool_calls++;
  }
  usage.total_tokens = usage.prompt_tokens + usage.completion_tokens;
  return { steps, usage };
}

/** The tool call of a step: one that was made, one of a tool that there is not, or one that a limit cut off. */
function showStep(
  { turn, observation }: Step,
  tools: readonly string[],
): Omit<StepSummary, "guard"> | undefined {
  const reading = readTurn(turn, tools);
  if (reading.type === "cut" && reading.call) {
    const tokens = turn.usage.completion_tokens;
    const { tool, input } = reading.call;
    return {
      tool_name: tool,
      input: shown(input),
      ...toolFailure(
        `the turn was cut off after ${tokens} tokens, before the call was whole, and it was not made. Allow more (max_tokens).`,
      ),
    };
  }
  if (reading.type !== "call" && (reading.type !== "unknown" || !observation)) return undefined;
  return {
    tool_name: reading.type === "call" ? reading.tool : reading.name,
    input: shown(reading.input),
    observation: observation?.observation ?? null,
    is_error: observation?.is_error ?? null,
  };
}

/** An integer that readers of JSON would round is shown as a text. */
function shown(input: ToolInput): ToolInput {
  // A cast: texts stay texts and objects stay objects.
  return withDigits(input) as ToolInput;
}
