import type { RunOutcome, Sampling, Step, Transcript } from "@bullpen/contracts";

/** One run of a query. A query without a vote has one. */
export interface Run {
  /** The index of its first step in the transcript. */
  readonly start: number;
  readonly steps: readonly Step[];
  /** How it ended; `undefined` for the one that goes on, and while it is not recorded. */
  readonly outcome: RunOutcome | undefined;
}

/** A prime near 2 ** 32 divided by the golden ratio: seeds of neighbouring queries stay apart. */
const SEED_STEP = 2_654_435_761;

/** The runs of a transcript, in their order; one at least, which may have no step yet. */
export function runsOf({ steps, end }: Transcript): Run[] {
  const starts = [0, ...steps.flatMap(({ turn }, index) => (turn.previous_run ? [index] : []))];
  const recorded = end && "votes" in end.outcome ? end.outcome.votes?.runs : undefined;
  return starts.map((start, index) => {
    const next = starts[index + 1];
    const outcome = next === undefined ? recorded?.[index]?.outcome : steps[next]?.turn.previous_run;
    return { start, steps: steps.slice(start, next), outcome };
  });
}

/** The sampling of a run. The first has the query's own seed, each further one another that follows from it. */
export function samplingOf(sampling: Sampling, run: number): Sampling {
  if (sampling.seed === undefined || run === 0) return sampling;
  const seed = Number((BigInt(sampling.seed) + BigInt(run) * BigInt(SEED_STEP)) & 0xffff_ffffn);
  return { ...sampling, seed };
}
