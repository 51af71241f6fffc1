/** Tokens that must match before a draft is made: a single token matches by chance too often. */
const MIN_MATCH = 2;

/** Tokens that are compared at most to choose among several matches: longer ones hardly differ. */
const MAX_MATCH = 8;

/**
 * Prompt lookup: drafts what follows the tokens `written` from a text that the model may be repeating. Takes the place in
 * `source` whose preceding tokens match the end of `written` the longest, and of equal places the first.
 *
 * @param max most tokens of the draft.
 * @returns the tokens of `source` after that place; none if nothing matches.
 */
export function promptLookupDraft<Token extends number>(
  source: readonly Token[],
  written: readonly Token[],
  max: number,
): readonly Token[] {
  let place = 0;
  let longest = MIN_MATCH - 1;
  for (let end = MIN_MATCH; end < source.length; end++) {
    const matching = countMatching(source, end, written);
    if (matching > longest) [place, longest] = [end, matching];
  }
  return place > 0 ? source.slice(place, place + Math.max(0, max)) : [];
}

/** How many tokens before `end` of `source` are the last ones of `written`. */
function countMatching<Token>(source: readonly Token[], end: number, written: readonly Token[]): number {
  const max = Math.min(end, written.length, MAX_MATCH);
  let matching = 0;
  while (matching < max && source[end - 1 - matching] === written[written.length - 1 - matching]) matching++;
  return matching;
}
