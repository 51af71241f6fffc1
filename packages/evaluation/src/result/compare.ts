import { mcnemarExact } from "../statistics/mcnemar.js";
import { pairedDifference } from "../statistics/paired-difference.js";
import type { EvaluationResult, ScoredCase } from "./result-schema.js";

/** Two runs compared case by case. */
export interface Comparison {
  /** Cases that both runs scored. */
  readonly paired: number;
  readonly both_right: number;
  readonly only_first: number;
  readonly only_second: number;
  readonly both_wrong: number;
  /** Accuracy of the second minus that of the first, on the paired cases, with its 95 % interval. */
  readonly difference: number;
  readonly interval: { readonly low: number; readonly high: number };
  /** McNemar's exact test, two-sided. */
  readonly p_value: number;
  /** Cases that both runs have and at least one did not score: failed or unjudged. */
  readonly unscored: number;
  /** Cases that one run has only. */
  readonly only_in_first: number;
  readonly only_in_second: number;
  /** Cases of one id with another question or another wanted answer; they are not compared. */
  readonly changed: readonly string[];
  /** Ids of the cases that the second lost and won. */
  readonly lost: readonly string[];
  readonly won: readonly string[];
}

type Pair = readonly [first: ScoredCase, second: ScoredCase];

/** Compares two runs of a dataset, paired by the ids of the cases. */
export function compare(first: EvaluationResult, second: EvaluationResult): Comparison {
  const seconds = new Map(second.cases.map((each) => [each.id, each]));
  const shared = first.cases.flatMap((one): Pair[] => {
    const two = seconds.get(one.id);
    return two ? [[one, two]] : [];
  });
  const changed = shared.filter(([one, two]) => !isSameCase(one, two));
  const same = shared.filter(([one, two]) => isSameCase(one, two));
  const scored = same.filter((pair) => pair.every(isScored));
  const split = (one: string, two: string) =>
    scored.filter(([a, b]) => a.outcome === one && b.outcome === two).map(([{ id }]) => id);
  const [lost, won] = [split("right", "wrong"), split("wrong", "right")];
  const bothRight = split("right", "right").length;
  const bothWrong = split("wrong", "wrong").length;
  const { difference, low, high } = pairedDifference({
    bothRight,
    onlyFirst: lost.length,
    onlySecond: won.length,
    bothWrong,
  });
  return {
    paired: scored.length,
    both_right: bothRight,
    only_first: lost.length,
    only_second: won.length,
    both_wrong: bothWrong,
    difference,
    interval: { low, high },
    p_value: mcnemarExact(lost.length, won.length),
    unscored: same.length - scored.length,
    only_in_first: first.cases.length - shared.length,
    only_in_second: second.cases.length - shared.length,
    changed: changed.map(([{ id }]) => id),
    lost,
    won,
  };
}

function isScored({ outcome }: ScoredCase): boolean {
  return outcome === "right" || outcome === "wrong";
}

function isSameCase(one: ScoredCase, two: ScoredCase): boolean {
  return one.question === two.question && JSON.stringify(one.expected) === JSON.stringify(two.expected);
}
