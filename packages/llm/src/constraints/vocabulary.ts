/** What is asked of a model about its tokens. */
export interface VocabularySource<Token extends number> {
  readonly detokenize: (tokens: readonly Token[]) => string;
  /** Tokens before which text stays as it is: a newline's. Detokenizers drop a space at the head. */
  readonly anchor: readonly Token[];
  readonly allTokens: () => Iterable<Token>;
  readonly isEndOfText: (token: Token) => boolean;
}

/** The texts of a model's tokens, each looked up once. */
export class Vocabulary<Token extends number> {
  readonly #source: VocabularySource<Token>;
  readonly #anchorLength: number;
  readonly #texts = new Map<Token, string>();
  #tokens: readonly Token[] | undefined;

  constructor(source: VocabularySource<Token>) {
    this.#source = source;
    this.#anchorLength = source.detokenize(source.anchor).length;
  }

  /** All tokens, in the order of their ids. */
  get tokens(): readonly Token[] {
    this.#tokens ??= [...this.#source.allTokens()];
    return this.#tokens;
  }

  get size(): number {
    return this.tokens.length;
  }

  /** The token's text in the middle of a text; U+FFFD for a part of a character. */
  textOf(token: Token): string {
    let text = this.#texts.get(token);
    if (text === undefined) {
      text = this.#source.detokenize([...this.#source.anchor, token]).slice(this.#anchorLength);
      this.#texts.set(token, text);
    }
    return text;
  }

  isEndOfText(token: Token): boolean {
    return this.#source.isEndOfText(token);
  }
}
