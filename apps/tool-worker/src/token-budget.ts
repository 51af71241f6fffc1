/** Tokens that a text takes at most, by rule of thumb: four ASCII characters a token, one of any other. */
export function estimateTokens(text: string): number {
  let quarters = 0;
  for (const character of text) quarters += quartersOf(character);
  return Math.ceil(quarters / 4);
}

/**
 * The text within a budget of tokens, the ellipsis included: cut between words, a single word that is
 * longer inside it.
 */
export function cutToTokens(text: string, tokens: number): string {
  const limit = tokens * 4;
  let quarters = 0;
  let end = 0;
  for (const character of text) {
    quarters += quartersOf(character);
    if (quarters > limit) return `${cutBetweenWords(text, end)}…`;
    // The ellipsis counts as one character: what comes before it ends where there is still room for it.
    if (quarters <= limit - 1) end += character.length;
  }
  return text;
}

function cutBetweenWords(text: string, end: number): string {
  const head = text.slice(0, end);
  if (/\s/.test(text.charAt(end))) return head.trimEnd();
  const space = head.search(/\s\S*$/);
  return (space > 0 ? head.slice(0, space) : head).trimEnd();
}

function quartersOf(character: string): number {
  return character < "\u0080" ? 1 : 4;
}
