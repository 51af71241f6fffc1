import type { FailureCode, Guards, LastTurnReason, Limits, Outcome, Transcript } from "@bullpen/contracts";
import { generatedTokens } from "./last-turn.js";

/** The end of a query. */
export interface FinishMove {
  readonly type: "finish";
  readonly outcome: Outcome;
}

/** The end of a query whose guard made a turn the last, where the turn did not answer: a server need not keep to a grammar. */
export function stopAfterForcedTurn(transcript: Transcript): FinishMove | undefined {
  const forcedBy = transcript.steps.at(-1)?.turn.forced_by;
  return forcedBy === "repeats" || forcedBy === "failures" ? noProgress(forcedBy) : undefined;
}

export function noProgress(guard: keyof Guards): FinishMove {
  const what =
    guard === "repeats"
      ? "The model made the same tool call again and again"
      : "The model made failing tool calls that differ only in trifles";
  return fail("no_progress", `${what}, and gave no final answer (guards.${guard}).`);
}

/** The end of a query that has used up a limit. */
export function exhaustedLimit(transcript: Transcript, limits: Limits): FinishMove | undefined {
  if (transcript.steps.length >= limits.max_steps) {
    return fail("max_steps", `No final answer within ${limits.max_steps} steps (max_steps).`);
  }
  if (generatedTokens(transcript) >= limits.max_total_tokens) {
    return fail("max_tokens", `No final answer within ${limits.max_total_tokens} tokens (max_total_tokens).`);
  }
  return undefined;
}

interface AnswerEnd {
  readonly isCut?: boolean;
  /** Whether an answer that a limit demanded is nevertheless whole, as JSON that fits is. */
  readonly isWhole?: boolean;
  readonly forcedBy?: LastTurnReason | undefined;
}

/** A limit ended an answer that it cut off, and one whose turn was held to it. */
export function answer(text: string, { isCut = false, isWhole = false, forcedBy }: AnswerEnd): FinishMove {
  const outcome: Outcome = {
    status: "completed",
    answer: text,
    ...((isCut || (forcedBy && !isWhole)) && { finish_reason: "length" }),
    ...(forcedBy && { forced_by: forcedBy }),
  };
  return { type: "finish", outcome };
}

export function fail(code: FailureCode, message: string): FinishMove {
  return { type: "finish", outcome: { status: "failed", error: { code, message } } };
}
