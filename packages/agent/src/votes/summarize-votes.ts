import type { RunOutcome, Transcript } from "@bullpen/contracts";
import { type StepSummary, showSteps, summarizeUsage, type UsageSummary } from "../summarize.js";
import { type Run, runsOf } from "./runs.js";

/** One run of a vote as callers see it. */
interface RunSummary {
  /** Null while the run goes on. */
  readonly outcome: RunOutcome | null;
  /** Whether the run gave the query's answer. Null before the vote has come out. */
  readonly agrees: boolean | null;
  readonly steps: StepSummary[];
  readonly usage: UsageSummary;
}

/** A vote as callers see it. */
export interface VoteSummary {
  /** Runs that may be made. */
  readonly requested: number;
  /** Runs that gave an answer. */
  readonly answers: number;
  /** Runs that gave the query's answer. Null before the vote has come out. */
  readonly agreed: number | null;
  /** `agreed / answers`. Null where there is no answer. */
  readonly share: number | null;
  /** The runs that were begun, in their order. */
  readonly runs: RunSummary[];
}

/**
 * How far a vote is, or how it came out; undefined for a query without one.
 *
 * @param tools the names of the tools that the query may use.
 * @param votes how many runs may vote.
 */
export function summarizeVotes(
  transcript: Transcript,
  tools: readonly string[],
  votes: number,
): VoteSummary | undefined {
  if (votes === 1) return undefined;
  const outcome = transcript.end?.outcome;
  const result = outcome && "votes" in outcome ? outcome.votes : undefined;
  const begun = runsOf(transcript);
  // A run that the model refused has no step.
  const count = Math.max(result?.runs.length ?? 0, begun.length);
  const runs = Array.from({ length: count }, (_, index): RunSummary => {
    const { steps, outcome }: Pick<Run, "steps" | "outcome"> = begun[index] ?? {
      steps: [],
      outcome: undefined,
    };
    const recorded = result?.runs[index];
    return {
      outcome: recorded?.outcome ?? outcome ?? null,
      agrees: recorded?.agrees ?? null,
      steps: showSteps(steps, tools),
      usage: summarizeUsage(steps, tools),
    };
  });
  const answers = runs.filter((run) => run.outcome?.status === "completed").length;
  const agreed = result ? runs.filter(({ agrees }) => agrees).length : null;
  const share = agreed === null || answers === 0 ? null : agreed / answers;
  return { requested: votes, answers, agreed, share, runs };
}
