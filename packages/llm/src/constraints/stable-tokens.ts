import type { Vocabulary } from "./vocabulary.js";

export interface TokenizerOfTexts<Token extends number> {
  readonly vocabulary: Vocabulary<Token>;
  /** The tokens of a text in the middle of a prompt. */
  readonly tokenize: (text: string) => readonly Token[];
}

/**
 * First characters of values: a tokenizer may merge them with the quotation mark before them. All of ASCII, and of
 * other scripts one character each of two, three and four bytes.
 */
const PROBES = [
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)),
  "é",
  "中",
  "🐂",
];

/**
 * The tokens at the start of a text that the tokenizer gives it whatever follows, as far as the probes tell. None of a tokenizer whose tokens do not
 * spell the text, because it normalizes.
 */
export function stableTokens<Token extends number>(
  { tokenize, vocabulary }: TokenizerOfTexts<Token>,
  text: string,
  probes: readonly string[] = PROBES,
): readonly Token[] {
  let common = tokenize(text);
  for (const probe of probes) {
    if (common.length === 0) return [];
    common = commonPrefix(common, tokenize(text + probe));
  }
  const written = common.map((token) => vocabulary.textOf(token)).join("");
  return text.startsWith(written) ? common : [];
}

function commonPrefix<Token>(a: readonly Token[], b: readonly Token[]): readonly Token[] {
  const end = a.findIndex((token, index) => token !== b[index]);
  return end < 0 ? a : a.slice(0, end);
}
