/** Tokens that must have been written alike before more are guessed: fewer agree by chance too often. */
const LEAST_ALIKE = 2;

/** Tokens that are compared at most to choose among several places. */
const MOST_ALIKE = 8;

/**
 * Guesses what follows the tokens `written` from a text that is perhaps being repeated: what stands in
 * `source` behind the place that agrees with the end of `written` the longest. At most `most` tokens, none
 * where nothing agrees.
 */
export function draftFrom<Token extends number>(
  source: readonly Token[],
  written: readonly Token[],
  most: number,
): readonly Token[] {
  let place = 0;
  let longest = LEAST_ALIKE - 1;
  for (let end = LEAST_ALIKE; end < source.length; end++) {
    const alike = countAlike(source, end, written);
    if (alike > longest) [place, longest] = [end, alike];
  }
  return place > 0 ? source.slice(place, place + Math.max(0, most)) : [];
}

/** How many tokens before `end` of `source` are the last ones of `written`. */
function countAlike<Token>(source: readonly Token[], end: number, written: readonly Token[]): number {
  const most = Math.min(end, written.length, MOST_ALIKE);
  let alike = 0;
  while (alike < most && source[end - 1 - alike] === written[written.length - 1 - alike]) alike++;
  return alike;
}
