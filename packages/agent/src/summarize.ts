import {
  type GuardEvent,
  type Step,
  type ToolInput,
  type Transcript,
  toolFailure,
  withDigits,
} from "@bullpen/contracts";
import { readTurn } from "./read-turn.js";
import { runsOf } from "./votes/runs.js";

/** A tool call as callers see it. What is null has not happened yet. */
export interface StepSummary {
  readonly tool_name: string;
  readonly input: ToolInput;
  readonly observation: string | null;
  readonly is_error: boolean | null;
  /** What a guard did at the call. Null: nothing. */
  readonly guard: GuardEvent | null;
}

/** Tokens of turns, and how many turns and tool calls there were. */
export interface UsageSummary {
  readonly prompt_tokens: number;
  readonly cached_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly turns: number;
  readonly tool_calls: number;
}

/** The tool calls of a query, in order, and the tokens of all its turns. */
export interface TranscriptSummary {
  readonly steps: StepSummary[];
  readonly usage: UsageSummary;
}

/**
 * The tool calls of a transcript and what they and the turns cost. Of a vote the calls are those of the run that gave
 * the answer, or of the last one where there is no answer; the cost is that of all runs.
 *
 * @param tools the names of the tools that the query may use.
 */
export function summarizeTranscript(transcript: Transcript, tools: readonly string[]): TranscriptSummary {
  const runs = runsOf(transcript);
  const chosen = runs[answeringRun(transcript)] ?? runs.at(-1);
  return {
    steps: showSteps(chosen?.steps ?? [], tools),
    usage: summarizeUsage(transcript.steps, tools),
  };
}

/** The index of the run whose answer is the query's; -1 where there is none. */
function answeringRun({ end }: Transcript): number {
  if (end?.outcome.status !== "completed") return -1;
  return end.outcome.votes?.runs.findIndex(({ agrees }) => agrees) ?? -1;
}

/** The tool calls of steps, in order. */
export function showSteps(steps: readonly Step[], tools: readonly string[]): StepSummary[] {
  if (tools.length === 0) return [];
  return steps.flatMap((step, index) => {
    const shown = showStep(step, tools);
    if (!shown) return [];
    const isStopped = steps[index + 1]?.turn.forced_by === "failures";
    return [{ ...shown, guard: step.observation?.guard ?? (isStopped ? "stopped" : null) }];
  });
}

/** What steps cost. @param tools the names of the tools that the query may use. */
export function summarizeUsage(steps: readonly Step[], tools: readonly string[]): UsageSummary {
  const sum = (count: (step: Step) => number) => steps.reduce((total, step) => total + count(step), 0);
  const prompt_tokens = sum(({ turn }) => turn.usage.prompt_tokens);
  const completion_tokens = sum(({ turn }) => turn.usage.completion_tokens);
  return {
    prompt_tokens,
    cached_tokens: sum(({ turn }) => turn.usage.cached_tokens),
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    turns: steps.length,
    tool_calls: sum((step) => (isToolCall(step, tools) ? 1 : 0)),
  };
}

/** Whether a tool was run for a step. */
function isToolCall(step: Step, tools: readonly string[]): boolean {
  if (!step.observation || step.observation.guard || tools.length === 0) return false;
  const shown = showStep(step, tools);
  return shown !== undefined && tools.includes(shown.tool_name);
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
