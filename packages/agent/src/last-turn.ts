import type { LastTurnReason, Limits, Step, Transcript } from "@bullpen/contracts";

/** Tokens of one turn in which a short action has room: name, keys and a line of input. */
export const ROOM_FOR_ACTION = 64;

/** Tokens kept for the last turn: a paragraph. Of a small budget at most a quarter, so that calls have room as well. */
const ANSWER_RESERVE = 128;

/** The tokens that turns before the last leave to it. */
export function reservedTokens({ max_total_tokens }: Limits): number {
  return Math.min(ANSWER_RESERVE, Math.floor(max_total_tokens / 4));
}

export function generatedTokens(transcript: Transcript): number {
  return transcript.steps.reduce((sum, step) => sum + step.turn.usage.completion_tokens, 0);
}

/**
 * The limit that the next turn is the last to fit into.
 *
 * @param timeLeftMs milliseconds to the query's deadline. Default: any number.
 */
export function limitThatEnds(
  transcript: Transcript,
  limits: Limits,
  timeLeftMs = Number.POSITIVE_INFINITY,
): LastTurnReason | undefined {
  if (transcript.steps.length >= limits.max_steps - 1) return "max_steps";
  const left = limits.max_total_tokens - generatedTokens(transcript);
  if (left - reservedTokens(limits) < ROOM_FOR_ACTION) return "max_total_tokens";
  // A call, and the answer after it, are taken to need no more than the slowest step so far each.
  return timeLeftMs < 2 * slowestStepMs(transcript.steps) ? "timeout_seconds" : undefined;
}

function slowestStepMs(steps: readonly Step[]): number {
  return Math.max(
    0,
    ...steps.map(({ turn, observation }) => turn.duration_ms + (observation?.duration_ms ?? 0)),
  );
}
