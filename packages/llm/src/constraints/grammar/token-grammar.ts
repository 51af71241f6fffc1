import { stableTokens, type TokenizerOfTexts } from "../stable-tokens.js";
import type { TokenMask, TokenMasks } from "../token-mask.js";
import { onlyCharacter } from "./char-set.js";
import { type CompiledRules, compileRules } from "./compile-rules.js";
import { GrammarAutomaton, type GrammarState } from "./grammar-automaton.js";
import { LegalTokenFinder } from "./legal-tokens.js";
import { type Expression, parseGbnf } from "./parse-gbnf.js";
import { TokenTrie } from "./token-trie.js";

/** Longest text without a choice that is written at once. A schema that requires itself has no end of it. */
const MAX_FORCED_TEXT = 4_096;

/**
 * What comes after a key or a part of a choice, one of each kind. There are many such texts, and a token that is another
 * one with what follows is as legal.
 */
const FOLLOWERS = [" ", "\n", '"', "{", "[", "]", "}", ",", "-", "1", "a", "t", "n", "_", "é", "中"];

/** What the grammars of one model share. */
export interface TokenGrammarSetup<Token extends number> extends TokenizerOfTexts<Token> {
  readonly masks: TokenMasks<Token>;
}

/** Makes the grammars of one model. */
export class TokenGrammars<Token extends number> {
  readonly #setup: TokenGrammarSetup<Token>;
  /** Made for the first grammar: it takes a moment. */
  #trie: TokenTrie<Token> | undefined;
  #made = 0;

  constructor(setup: TokenGrammarSetup<Token>) {
    this.#setup = setup;
  }

  /**
   * Throws a `GrammarError` where no text can fit. Returns `undefined` for a grammar with characters that no single token
   * holds.
   */
  from(gbnf: string): TokenGrammar<Token> | undefined {
    const rules = parseGbnf(gbnf);
    const compiled = compileRules(rules);
    this.#trie ??= new TokenTrie(this.#setup.vocabulary);
    for (const rule of rules.values()) {
      for (const point of literalsOf(rule)) if (!this.#trie.spells(point)) return undefined;
    }
    return new TokenGrammar({ ...this.#setup, trie: this.#trie, id: ++this.#made }, compiled);
  }
}

interface TokenGrammarOptions<Token extends number> extends TokenGrammarSetup<Token> {
  readonly trie: TokenTrie<Token>;
  /** Tells grammars of one model apart. */
  readonly id: number;
}

/** A grammar over the tokens of one model: which may follow at a state, and which must. */
export class TokenGrammar<Token extends number> {
  readonly automaton: GrammarAutomaton;
  readonly #setup: TokenGrammarOptions<Token>;
  readonly #legal: LegalTokenFinder<Token>;
  readonly #forced = new WeakMap<GrammarState, readonly Token[]>();
  readonly #stable = new Map<string, readonly Token[]>();

  constructor(setup: TokenGrammarOptions<Token>, rules: CompiledRules) {
    this.#setup = setup;
    this.automaton = new GrammarAutomaton(rules);
    this.#legal = new LegalTokenFinder(this.automaton, setup.trie);
  }

  /** The tokens that are not legal at a state. */
  mask(state: GrammarState): TokenMask {
    const { masks, vocabulary } = this.#setup;
    const forced = this.forced(state);
    if (forced !== undefined) return masks.of(`forced ${forced}`, (token) => token === forced);
    const { key, has } = this.#legal.of(state);
    return masks.of(`${this.#setup.id} ${state.mayEnd} ${key}`, (token) =>
      vocabulary.isEndOfText(token) ? state.mayEnd : has(token),
    );
  }

  /** The mask within a character of which the tokens so far hold a part. */
  partialMask(): TokenMask {
    return this.#setup.masks.of("partial", (token) => this.isPartial(token));
  }

  /** Whether the token is a part of one character. */
  isPartial(token: Token): boolean {
    return this.#setup.trie.partial.has(token);
  }

  /** The token that must follow, where the grammar leaves no choice of the text that it is in. */
  forced(state: GrammarState): Token | undefined {
    let tokens = this.#forced.get(state);
    if (!tokens) {
      tokens = this.#forcedTokens(state);
      this.#forced.set(state, tokens);
    }
    return tokens[0];
  }

  #forcedTokens(start: GrammarState): readonly Token[] {
    let text = "";
    let state: GrammarState | undefined = start;
    for (let next = onlyNext(state); next !== undefined && text.length < MAX_FORCED_TEXT; ) {
      text += String.fromCodePoint(next);
      state = this.automaton.step(state, next);
      if (!state) break;
      next = onlyNext(state);
    }
    return text === "" ? [] : this.#tokensOf(text);
  }

  #tokensOf(text: string): readonly Token[] {
    const known = this.#stable.get(text);
    if (known) return known;
    const tokens = stableTokens(this.#setup, text, FOLLOWERS);
    let rest = text;
    // What is left after each token is tokenized as it is within the whole.
    for (const [index, token] of tokens.entries()) {
      this.#stable.set(rest, tokens.slice(index));
      rest = rest.slice(this.#setup.vocabulary.textOf(token).length);
    }
    this.#stable.set(rest, []);
    this.#stable.set(text, tokens);
    return tokens;
  }
}

/** The only character that may follow; `undefined` if there are several, or the text may end. */
function onlyNext({ frames, mayEnd }: GrammarState): number | undefined {
  const [first, ...others] = frames;
  if (!first || mayEnd) return undefined;
  const only = onlyCharacter(first.place.set);
  return others.every(({ place }) => onlyCharacter(place.set) === only) ? only : undefined;
}

function* literalsOf(expression: Expression): Iterable<number> {
  switch (expression.type) {
    case "characters": {
      const only = onlyCharacter(expression.set);
      if (only !== undefined) yield only;
      return;
    }
    case "rule":
      return;
    case "sequence":
      for (const part of expression.parts) yield* literalsOf(part);
      return;
    case "choice":
      for (const option of expression.options) yield* literalsOf(option);
      return;
    case "repeat":
      yield* literalsOf(expression.of);
  }
}
