/** A figure over several rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws {RangeError} when there is no value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (min === undefined || max === undefined || lower === undefined || upper === undefined) {
    throw new RangeError("a spread needs at least one value");
  }
  return { median: (lower + upper) / 2, min, max };
}

/** The median, with the lowest and the highest behind it. */
export function showSpread({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** The same object with its numbers cut to three digits behind the point, for files that people read. */
export function roundAll(values: object): object {
  const round = (value: unknown) => (typeof value === "number" ? Math.round(value * 1_000) / 1_000 : value);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, round(value)]));
}
