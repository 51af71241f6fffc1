import type { Interval } from "./wilson-interval.js";
import { wilsonInterval } from "./wilson-interval.js";

/** Answers of two runs to the same cases. */
export interface PairedCounts {
  readonly bothRight: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly bothWrong: number;
}

/**
 * The 95 % confidence interval of the second share minus the first, for the same cases: the hybrid of two Wilson
 * intervals with the correlation of the pairs.
 *
 * Source: method 10 of R. G. Newcombe, Improved confidence intervals for the difference between binomial proportions
 * based on paired data, Statistics in Medicine 17 (1998), 2635-2650.
 *
 * @returns -1 to 1 for no cases.
 */
export function pairedDifference(counts: PairedCounts): Interval & { readonly difference: number } {
  const { bothRight: e, onlyFirst: f, onlySecond: g, bothWrong: h } = counts;
  const total = e + f + g + h;
  if (total === 0) return { difference: 0, low: -1, high: 1 };
  const first = (e + f) / total;
  const second = (e + g) / total;
  const one = wilsonInterval(e + f, total);
  const two = wilsonInterval(e + g, total);
  const phi = correlation(counts, total);
  const spread = (a: number, b: number) => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  const difference = second - first;
  return {
    difference,
    low: difference - spread(second - two.low, one.high - first),
    high: difference + spread(two.high - second, first - one.low),
  };
}

/** The paper's phi, with its correction towards 0 where the product of the diagonals is larger. */
function correlation(
  { bothRight: e, onlyFirst: f, onlySecond: g, bothWrong: h }: PairedCounts,
  total: number,
) {
  const margins = (e + f) * (g + h) * (e + g) * (f + h);
  if (margins === 0) return 0;
  const product = e * h - f * g;
  const corrected = product > total / 2 ? product - total / 2 : Math.min(product, 0);
  return corrected / Math.sqrt(margins);
}
