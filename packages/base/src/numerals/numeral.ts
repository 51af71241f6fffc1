/** A number as a text writes it. */
export interface Numeral {
  /** What it may mean, the most likely first: `15%` is 15 and 0.15, `2 million` is 2,000,000 and 2. */
  readonly readings: readonly number[];
  /** The digits of a whole number without grouping and sign; `undefined` for all others. */
  readonly digits: string | undefined;
  /** Decimal places that are written. */
  readonly decimals: number;
  /** The word or sign after it, in lower case: `km`, `%`. Empty if there is none. */
  readonly unit: string;
  /** Where it begins, in UTF-16 units. */
  readonly at: number;
}
