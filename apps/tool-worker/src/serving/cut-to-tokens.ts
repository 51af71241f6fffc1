/**
 * Cuts a text to a number of tokens, the ellipsis included: between words, or inside a word that takes half of the
 * budget. A tool-worker has no tokenizer. As a rule of thumb, four ASCII characters are one token, and any other
 * character is one.
 */
export function cutToTokens(text: string, tokens: number): string {
  const limit = tokens * 4;
  let quarters = 0;
  let end = 0;
  for (const character of text) {
    quarters += quartersOf(character);
    if (quarters > limit) return `${cutBetweenWords(text, end)}…`;
    // The ellipsis counts as one ASCII character, for which room is kept.
    if (quarters <= limit - 1) end += character.length;
  }
  return text;
}

function cutBetweenWords(text: string, end: number): string {
  const head = text.slice(0, end);
  if (isSpace(text.charAt(end))) return head.trimEnd();
  let space = end - 1;
  while (space > 0 && !isSpace(head.charAt(space))) space--;
  // Part of a long last word, such as an address or a text without spaces, is worth more than nothing.
  return (space > end / 2 ? head.slice(0, space) : head).trimEnd();
}

function isSpace(character: string): boolean {
  return /\s/.test(character);
}

function quartersOf(character: string): number {
  return character < "\u0080" ? 1 : 4;
}
