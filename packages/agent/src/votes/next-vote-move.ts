import type { Outcome, RunOutcome, Step, Transcript } from "@bullpen/contracts";
import { type GenerateMove, type Move, nextMove, type Rules, type Toolbox } from "../next-move.js";
import { type Count, countChoices, countVotes } from "./count-votes.js";
import { type Run, runsOf } from "./runs.js";

/** What a query asks for, how many runs vote on its answer, and how many answers it asks for. */
export interface Ballot {
  readonly query: string;
  readonly votes: number;
  /** Default: one. */
  readonly n?: number | undefined;
}

/** Whether a query has one run, which gives its answer. */
export function hasOneRun({ votes, n = 1 }: Pick<Ballot, "votes" | "n">): boolean {
  return votes === 1 && n === 1;
}

/** A move, with what it says of the run that it belongs to. */
export type VoteMove = Exclude<Move, GenerateMove> | VoteTurn;

/** The next turn of the model, with its place among the runs. */
export interface VoteTurn extends GenerateMove {
  /** The index of the run whose turn it is. */
  readonly run: number;
  /** The steps of that run so far. */
  readonly before: readonly Step[];
  /** Set where the turn begins another run: how the run before it ended. */
  readonly previousRun?: RunOutcome;
}

/**
 * The next move of a query: of the run that goes on, the first of another run, or the end. The runs of a vote come one
 * after another in one transcript, and each sees its own steps alone.
 */
export function nextVoteMove(
  transcript: Transcript,
  rules: Rules,
  toolbox: Toolbox,
  ballot: Ballot,
): VoteMove {
  const runs = runsOf(transcript);
  const current = runs.at(-1) ?? { start: 0, steps: [], outcome: undefined };
  const own = nextMove({ steps: current.steps, end: undefined }, rules, toolbox);
  if (own.type !== "finish") return placed(own, current, runs.length - 1);
  const outcome = withSteps(own.outcome, current.start);
  if (hasOneRun(ballot) || outcome.status === "cancelled" || outcome.status === "expired") return own;
  const ended = [...runs.slice(0, -1).flatMap((run) => run.outcome ?? []), outcome];
  const count = countRuns(ended, ballot);
  if (count.isDecided || hasNoTime(runs, rules)) return { type: "finish", outcome: count.outcome };
  const next: Run = { start: transcript.steps.length, steps: [], outcome: undefined };
  const first = placed(nextMove({ steps: [], end: undefined }, rules, toolbox), next, runs.length);
  return first.type === "generate" ? { ...first, previousRun: outcome } : first;
}

/**
 * The end of a query whose model refuses a turn, and will refuse it again. What earlier runs have answered counts.
 *
 * @param move the turn that was refused.
 */
export function endRefused(
  transcript: Transcript,
  { previousRun }: { readonly previousRun?: RunOutcome },
  refusal: RunOutcome,
  ballot: Ballot,
): Outcome {
  if (hasOneRun(ballot)) return refusal;
  const ended = runsOf(transcript).flatMap((run) => run.outcome ?? []);
  return countRuns([...ended, ...(previousRun ? [previousRun] : []), refusal], ballot).outcome;
}

function countRuns(ended: readonly RunOutcome[], { votes, n = 1, query }: Ballot): Count {
  return n > 1 ? countChoices(ended, n) : countVotes(ended, votes, query);
}

function placed(move: Move, { start, steps }: Run, run: number): VoteMove {
  switch (move.type) {
    case "generate":
      return { ...move, step: move.step + start, run, before: steps };
    case "observe":
      return { ...move, step: move.step + start };
    case "call_tool":
      return { ...move, call: { ...move.call, step: move.call.step + start } };
    case "finish":
      return move;
  }
}

/** An outcome of a run, whose calls name steps of the run, with the steps of the transcript. */
function withSteps(outcome: Outcome, start: number): Outcome {
  if (outcome.status !== "completed" || !outcome.tool_calls) return outcome;
  const tool_calls = outcome.tool_calls.map((call) => ({ ...call, step: call.step + start }));
  return { ...outcome, tool_calls };
}

/**
 * Whether another run would not end before the query's deadline, taken that it needs as long as the longest so far. A
 * query that is to fail at its limits (`on_limit: "fail"`) goes on until it expires.
 */
function hasNoTime(runs: readonly Run[], { limits, timeLeftMs = Number.POSITIVE_INFINITY }: Rules): boolean {
  if (limits.on_limit === "fail") return false;
  const isForced = runs.at(-1)?.steps.at(-1)?.turn.forced_by === "timeout_seconds";
  return isForced || timeLeftMs < Math.max(...runs.map(durationOf));
}

function durationOf({ steps }: Run): number {
  return steps.reduce(
    (sum, { turn, observation }) => sum + turn.duration_ms + (observation?.duration_ms ?? 0),
    0,
  );
}
