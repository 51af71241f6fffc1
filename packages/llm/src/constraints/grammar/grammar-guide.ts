import type { TokenMask } from "../token-mask.js";
import type { Vocabulary } from "../vocabulary.js";
import { isInSet, PARTIAL_CHARACTER } from "./char-set.js";
import { type GrammarState, TooManyReadingsError } from "./grammar-automaton.js";
import type { TokenGrammar } from "./token-grammar.js";

/** Puts tokens together to characters. */
interface Pieces<Token extends number> {
  /** The text that `token` completes; "" while a character is incomplete. */
  push(token: Token): string;
}

export interface GrammarGuideOptions<Token extends number> {
  readonly grammar: TokenGrammar<Token>;
  readonly vocabulary: Vocabulary<Token>;
  readonly pieces: Pieces<Token>;
}

/**
 * Holds a completion to a grammar, token by token. Where a text could be read in too many ways, the rest is
 * written freely, and whoever takes the text checks it.
 */
export class GrammarGuide<Token extends number> {
  readonly #options: GrammarGuideOptions<Token>;
  /** `undefined` once the text is written freely. */
  #state: GrammarState | undefined;
  /** Whether a character is begun that the next token goes on with. */
  #isWithinCharacter = false;

  constructor(options: GrammarGuideOptions<Token>) {
    this.#options = options;
    this.#state = options.grammar.automaton.start;
  }

  /** Whether the text is whole: nothing may follow. */
  get ended(): boolean {
    return this.#state !== undefined && this.#state.frames.length === 0 && !this.#isWithinCharacter;
  }

  /** Whether the model chooses what follows. */
  get isFree(): boolean {
    return this.forced() === undefined;
  }

  /** The token that must follow, where there is no choice. */
  forced(): Token | undefined {
    if (this.#isWithinCharacter) return undefined;
    return this.#read((state) => this.#options.grammar.forced(state));
  }

  /** The tokens that may not follow; `undefined` where all may. */
  mask(): TokenMask | undefined {
    const { grammar } = this.#options;
    if (this.#isWithinCharacter) return grammar.partialMask();
    return this.#read((state) => grammar.mask(state));
  }

  /** Whether the token may follow. */
  allows(token: Token): boolean {
    const { grammar, vocabulary } = this.#options;
    if (this.#isWithinCharacter) return grammar.isPartial(token);
    const isAllowed = this.#read((state) => {
      const forced = grammar.forced(state);
      if (forced !== undefined) return token === forced;
      if (vocabulary.isEndOfText(token)) return state.mayEnd;
      if (grammar.isPartial(token))
        return state.frames.some(({ place }) => isInSet(place.set, PARTIAL_CHARACTER));
      const text = vocabulary.textOf(token);
      return text !== "" && !text.includes("\uFFFD") && this.#follow(state, text) !== undefined;
    });
    return isAllowed ?? true;
  }

  /** Takes the next token, a legal one. */
  push(token: Token): void {
    const text = this.#options.pieces.push(token);
    this.#isWithinCharacter = text === "" && this.#state !== undefined;
    // What bytes do not make a character of is read as one; beyond a string's length nothing holds it any more.
    this.#state = this.#read((state) => this.#follow(state, text));
  }

  #follow(from: GrammarState, text: string): GrammarState | undefined {
    let state: GrammarState | undefined = from;
    for (const char of text) {
      state = this.#options.grammar.automaton.step(state, char.codePointAt(0) ?? 0);
      if (!state) return undefined;
    }
    return state;
  }

  /** `undefined` where the text is written freely. */
  #read<Result>(read: (state: GrammarState) => Result): Result | undefined {
    if (!this.#state) return undefined;
    try {
      return read(this.#state);
    } catch (error) {
      if (!(error instanceof TooManyReadingsError)) throw error;
      this.#state = undefined;
      this.#isWithinCharacter = false;
      return undefined;
    }
  }
}
