/** Tokens that must have been written alike before more are guessed: fewer agree by chance too often. */
const MIN_MATCH = 2;

/** Tokens that are compared at most to choose among several places. */
const MAX_MATCH = 8;

/**
 * Guesses what follows the tokens `written` from a text that is perhaps being repeated: what stands in
 * `source` behind the place that agrees with the end of `written` the longest. At most `most` tokens, none
 * where nothing agrees.
 */
export function promptLookupDraft<Token extends number>(
  source: readonly Token[],
  written: readonly Token[],
  most: number,
): readonly Token[] {
  let place = 0;
  let longest = MIN_MATCH - 1;
  for (let end = MIN_MATCH; end < source.length; end++) {
    const matching = countMatching(source, end, written);
    if (matching > longest) [place, longest] = [end, matching];
  }
  return place > 0 ? source.slice(place, place + Math.max(0, most)) : [];
}

/** How many tokens before `end` of `source` are the last ones of `written`. */
function countMatching<Token>(source: readonly Token[], end: number, written: readonly Token[]): number {
  const most = Math.min(end, written.length, MAX_MATCH);
  let matching = 0;
  while (matching < most && source[end - 1 - matching] === written[written.length - 1 - matching]) matching++;
  return matching;
}
