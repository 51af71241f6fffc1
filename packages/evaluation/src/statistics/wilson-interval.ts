export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % point of the normal distribution: two-sided intervals of 95 %. */
const Z_95 = 1.959963984540054;

/**
 * The 95 % confidence interval of a share by Wilson's score method, without correction for continuity. It stays
 * between 0 and 1 and holds for few cases and for shares near 0 and 1.
 *
 * Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927), 209-212;
 * method 3 of R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872.
 *
 * @param count successes. @param total trials. @returns 0 to 1 for no trials.
 */
export function wilsonInterval(count: number, total: number, z = Z_95): Interval {
  if (total === 0) return { low: 0, high: 1 };
  const share = count / total;
  const z2 = z * z;
  const center = (share + z2 / (2 * total)) / (1 + z2 / total);
  const half = (z / (1 + z2 / total)) * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total * total));
  return {
    low: count === 0 ? 0 : Math.max(0, center - half),
    high: count === total ? 1 : Math.min(1, center + half),
  };
}
