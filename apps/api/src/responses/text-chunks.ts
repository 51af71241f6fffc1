/** Longest chunk of a text without white space, in UTF-16 code units. */
const LONGEST_CHUNK = 32;

const WHITE_SPACE = /\s/;

/**
 * The end of the chunk of a text that begins at `start`; `undefined` while more text decides it. A chunk ends after white
 * space, or when it is long. So the chunks follow from the text alone, however it came in: the same text has the same
 * events, with the same numbers, whoever sends them.
 */
export function chunkEnd(text: string, start: number): number | undefined {
  for (let i = start; i < text.length; i++) {
    const isHigh = (text.charCodeAt(i) & 0xfc00) === 0xd800;
    if (!isHigh && (i + 1 - start >= LONGEST_CHUNK || WHITE_SPACE.test(text[i] ?? ""))) return i + 1;
  }
  return undefined;
}
