/**
 * The two-sided p-value of McNemar's exact test for paired answers: how likely a split at least as uneven is if the
 * two are equally good. Only cases that differ count.
 *
 * Twice the smaller tail of the binomial distribution with p = 1/2, at most 1. Source: A. Agresti, Categorical Data
 * Analysis, 3rd edition, section 11.1; the same as `mcnemar(exact=True)` of statsmodels.
 *
 * @param onlyFirst cases that only the first answers right. @param onlySecond cases that only the second answers right.
 */
export function mcnemarExact(onlyFirst: number, onlySecond: number): number {
  const total = onlyFirst + onlySecond;
  if (onlyFirst === onlySecond) return 1;
  const smaller = Math.min(onlyFirst, onlySecond);
  // log of total choose i, from i = 0 on. Sums of logarithms do not overflow.
  let logChoose = 0;
  let tail = 0;
  for (let i = 0; i <= smaller; i++) {
    tail += Math.exp(logChoose - total * Math.LN2);
    logChoose += Math.log(total - i) - Math.log(i + 1);
  }
  return Math.min(1, 2 * tail);
}
