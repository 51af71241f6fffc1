import type { PromptSegment } from "./prompt-format.js";

/** What prompts need of a model's tokenizer. */
export interface PromptTokenizer<Token extends number> {
  readonly bos: Token | null;
  readonly eos: Token | null;
  /** As the model's own tokenizer does it, with the space that SentencePiece puts before a text. */
  tokenize(text: string, special: boolean): Token[];
}

/**
 * Tokenises a prompt, each segment apart. Only the first text gets SentencePiece's leading space.
 *
 * node-llama-cpp's `trimLeadingSpace` does not do for the others: on a text that starts with a
 * newline it leaves the space in. A newline is never part of a larger piece in a vocabulary that
 * adds such a space, so the tokens after an added newline are those of the bare text.
 */
export function tokenizePrompt<Token extends number>(
  segments: readonly PromptSegment[],
  tokenizer: PromptTokenizer<Token>,
): Token[] {
  const tokens: Token[] = [];
  let isFirstText = true;
  for (const segment of segments) {
    if (segment === "bos" || segment === "eos") {
      const token = tokenizer[segment];
      if (token !== null) tokens.push(token);
      continue;
    }
    const { text, special } = segment;
    if (text === "") continue;
    const added = isFirstText ? tokenizer.tokenize(text, special) : tokenizeBare(text, special, tokenizer);
    for (const token of added) tokens.push(token);
    isFirstText = false;
  }
  return tokens;
}

/** Whether a tokenizer puts a space before a text, as SentencePiece does: a newline is then two tokens. */
export function addsSpace<Token extends number>(tokenizer: PromptTokenizer<Token>): boolean {
  return tokenizer.tokenize("\n", false).length > 1;
}

/** The tokens of a text in the middle of a prompt. */
export function tokenizeBare<Token extends number>(
  text: string,
  special: boolean,
  tokenizer: PromptTokenizer<Token>,
): Token[] {
  if (!addsSpace(tokenizer)) return tokenizer.tokenize(text, special);
  const newline = tokenizer.tokenize("\n", false);
  const tokens = tokenizer.tokenize(`\n${text}`, special);
  return newline.every((token, index) => tokens[index] === token)
    ? tokens.slice(newline.length)
    : tokenizer.tokenize(text, special);
}
