/** Settings to be tried. */
export interface Candidate {
  readonly slots: number;
  readonly threads: number;
}

/** What came of a candidate: tokens a second in each window. */
export interface Measurement extends Candidate {
  readonly rates: readonly number[];
}

/** Candidates this close to the best are as good as it; the one with the fewest slots takes least memory. */
const AS_GOOD = 0.97;
/** Windows of one measurement that differ by more than this say that something disturbed it. */
const WIDEST_SPREAD = 0.25;

/** The middle one of a measurement's windows. */
export function rateOf({ rates }: Measurement): number {
  const sorted = rates.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

/** How far the windows lie apart, as a part of the middle one. */
export function spreadOf(measurement: Measurement): number {
  const { rates } = measurement;
  const rate = rateOf(measurement);
  return rate === 0 ? Number.POSITIVE_INFINITY : (Math.max(...rates) - Math.min(...rates)) / rate;
}

/** The measurement whose settings to take; of equals the one with fewest slots, then fewest threads. */
export function chooseBest(measurements: readonly Measurement[]): Measurement | undefined {
  const best = Math.max(...measurements.map(rateOf));
  return measurements
    .filter((measurement) => rateOf(measurement) >= best * AS_GOOD)
    .sort((a, b) => a.slots - b.slots || a.threads - b.threads)[0];
}

/** Whether more slots (or fewer) are worth going on with. */
export function isBetter(measurement: Measurement, than: Measurement): boolean {
  return rateOf(measurement) * AS_GOOD > rateOf(than);
}

/** Why no choice can be made on these measurements, a sentence; `undefined` when one can. */
export function findDoubt(measurements: readonly Measurement[]): string | undefined {
  const shaky = measurements.filter((measurement) => spreadOf(measurement) > WIDEST_SPREAD);
  if (shaky.length === 0) return undefined;
  const widest = Math.round(Math.max(...shaky.map(spreadOf)) * 100);
  return `${shaky.length} of ${measurements.length} measurements are not steady: their windows differ by up to ${widest} %.`;
}
