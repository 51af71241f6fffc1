/** What a vocabulary needs of a model. */
export interface VocabularySource<Token extends number> {
  readonly detokenize: (tokens: readonly Token[]) => string;
  /** Tokens after which a text keeps its first space, which detokenizers drop: those of a newline. */
  readonly anchor: readonly Token[];
  readonly allTokens: () => Iterable<Token>;
  readonly isEndOfText: (token: Token) => boolean;
}

/** The texts of a model's tokens. Each is detokenized once. */
export class Vocabulary<Token extends number> {
  readonly #source: VocabularySource<Token>;
  readonly #anchorLength: number;
  readonly #texts = new Map<Token, string>();
  #tokens: readonly Token[] | undefined;
  #longest: number | undefined;
  #ends: ReadonlySet<Token> | undefined;

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

  /** Characters of the longest token. */
  get longest(): number {
    this.#longest ??= this.tokens.reduce((most, token) => Math.max(most, this.textOf(token).length), 0);
    return this.#longest;
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
    this.#ends ??= new Set(this.tokens.filter((each) => this.#source.isEndOfText(each)));
    return this.#ends.has(token);
  }
}
