/** Characters that a grammar takes at one place. */
export interface CharSet {
  readonly isNegated: boolean;
  /** Code points, both ends included. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

/** Stands for a character of which a token holds only a part. */
export const PARTIAL_CHARACTER = 0xfffd;

export function isInSet({ isNegated, ranges }: CharSet, codePoint: number): boolean {
  return ranges.some(([first, last]) => codePoint >= first && codePoint <= last) !== isNegated;
}

/** The only character of a set; `undefined` if there are more. */
export function onlyCharacter({ isNegated, ranges }: CharSet): number | undefined {
  const [range, ...others] = ranges;
  return !isNegated && range && others.length === 0 && range[0] === range[1] ? range[0] : undefined;
}
