import type { Interval } from "@bullpen/protocol";

/** The 97.5 % point of the normal distribution. */
const Z = 1.959963984540054;
/** The same of Student's t for 1 to 4 degrees of freedom, where the series below is too rough. */
const FEW = [12.706, 4.303, 3.182, 2.776];

/** The 97.5 % point of Student's t: a table, then the series of Abramowitz and Stegun, 26.7.5. */
function criticalT(degrees: number): number {
  const known = FEW[degrees - 1];
  if (known !== undefined) return known;
  const [z3, z5, z7] = [Z ** 3, Z ** 5, Z ** 7];
  return (
    Z +
    (z3 + Z) / (4 * degrees) +
    (5 * z5 + 16 * z3 + 3 * Z) / (96 * degrees ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * Z) / (384 * degrees ** 3)
  );
}

/**
 * The sum over `total` lines of what a sample of them has each, with its 95 % interval: Student's t on the sample's
 * mean, narrowed by what share of the lines was sampled. A sample of all lines has no width.
 */
export function extrapolate(sample: readonly number[], total: number): Interval {
  const count = sample.length;
  const mean = sample.reduce((sum, value) => sum + value, 0) / Math.max(count, 1);
  const estimate = mean * total;
  if (count >= total) return { estimate, low: estimate, high: estimate };
  if (count < 2) return { estimate, low: 0, high: Number.MAX_SAFE_INTEGER };
  const variance = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const error = Math.sqrt((variance / count) * (1 - count / total));
  const width = criticalT(count - 1) * error * total;
  return { estimate, low: Math.max(estimate - width, 0), high: estimate + width };
}

/** @param round applied to each of the three. */
export function mapInterval({ estimate, low, high }: Interval, round: (value: number) => number): Interval {
  return { estimate: round(estimate), low: round(low), high: round(high) };
}
