/** Most tokens that are held back. A character has at most four bytes: twice as many tokens never become one. */
const MAX_HELD_BACK = 8;

export interface IncrementalDetokenizerOptions<Token extends number> {
  readonly detokenize: (tokens: readonly Token[]) => string;
  /** Tokens whose text stays the same whatever follows: those of a newline. */
  readonly anchor: readonly Token[];
}

/**
 * Turns generated tokens into text piece by piece. A character may be spread over several byte tokens: they are held
 * back until it is whole.
 *
 * Detokenizers drop a space at the start of a text. The anchor is put before each piece, so that a space which the
 * model wrote is kept.
 */
export class IncrementalDetokenizer<Token extends number> {
  readonly #options: IncrementalDetokenizerOptions<Token>;
  readonly #anchorLength: number;
  #pending: Token[] = [];

  constructor(options: IncrementalDetokenizerOptions<Token>) {
    this.#options = options;
    this.#anchorLength = options.detokenize(options.anchor).length;
  }

  /** The text that `token` completes; "" while a character is incomplete. */
  push(token: Token): string {
    this.#pending.push(token);
    const text = this.#pendingText();
    if (text.endsWith("\uFFFD") && this.#pending.length < MAX_HELD_BACK) return "";
    this.#pending = [];
    return text;
  }

  #pendingText(): string {
    const { detokenize, anchor } = this.#options;
    return detokenize([...anchor, ...this.#pending]).slice(this.#anchorLength);
  }
}
