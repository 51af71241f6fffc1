import { isInSet, PARTIAL_CHARACTER } from "./char-set.js";
import type { Place } from "./compile-rules.js";
import type { Frame, GrammarAutomaton, GrammarState } from "./grammar-automaton.js";
import { TokenSet } from "./token-set.js";
import type { TokenTrie, TrieNode } from "./token-trie.js";

/** The tokens that may follow within one rule, and where in the trie the rule ends within a token. */
interface WithinRule<Token extends number> {
  readonly tokens: readonly Token[];
  readonly endsAt: readonly TrieNode<Token>[];
}

/** The same with the tokens as a set, for they may be nearly all. */
interface AtPlace<Token extends number> {
  readonly tokens: TokenSet;
  readonly endsAt: readonly TrieNode<Token>[];
}

/** The tokens that may follow at a state. */
export interface LegalTokens<Token extends number> {
  /** Equal for states with the same tokens, and mostly only for them. */
  readonly key: string;
  readonly has: (token: Token) => boolean;
}

/**
 * Finds the tokens that may follow at a state of a grammar. What a token does within one rule depends on the place in
 * the rule alone, so it is computed once for each place. Only the few tokens that go on after the rule's end
 * are followed into the rule around it.
 */
export class LegalTokenFinder<Token extends number> {
  readonly #automaton: GrammarAutomaton;
  readonly #trie: TokenTrie<Token>;
  readonly #atPlaces = new Map<number, AtPlace<Token>>();
  readonly #after = new Map<string, WithinRule<Token>>();
  readonly #found = new WeakMap<GrammarState, LegalTokens<Token>>();

  constructor(automaton: GrammarAutomaton, trie: TokenTrie<Token>) {
    this.#automaton = automaton;
    this.#trie = trie;
  }

  of(state: GrammarState): LegalTokens<Token> {
    let found = this.#found.get(state);
    if (!found) {
      found = this.#find(state);
      this.#found.set(state, found);
    }
    return found;
  }

  #find({ frames }: GrammarState): LegalTokens<Token> {
    const sets = new Map<string, TokenSet>();
    const later = new Set<Token>();
    for (const { place, parent } of frames) {
      const within = this.#atPlace(place);
      sets.set(`${place.id}`, within.tokens);
      for (const token of this.#afterRule(within.endsAt, parent)) later.add(token);
      if (isInSet(place.set, PARTIAL_CHARACTER)) sets.set("partial", this.#trie.partial);
    }
    const rest = [...later].sort((a, b) => a - b);
    const all = [...sets.values()];
    return {
      key: `${[...sets.keys()].sort().join(" ")}:${rest.join(" ")}`,
      has: (token) => later.has(token) || all.some((set) => set.has(token)),
    };
  }

  /** The tokens that go on after the ends of rules, outwards. */
  #afterRule(from: readonly TrieNode<Token>[], frame: Frame | undefined): readonly Token[] {
    const tokens: Token[] = [];
    let nodes = from;
    for (let at = frame; at && nodes.length > 0; at = at.parent) {
      const outer = new Set<TrieNode<Token>>();
      for (const node of nodes) {
        const within = this.#afterNode(node, at.place);
        for (const token of within.tokens) tokens.push(token);
        for (const end of within.endsAt) outer.add(end);
      }
      nodes = [...outer];
    }
    return tokens;
  }

  #atPlace(place: Place): AtPlace<Token> {
    let within = this.#atPlaces.get(place.id);
    if (!within) {
      const { tokens, endsAt } = this.#walk(this.#trie.root, this.#automaton.at(place));
      within = { tokens: new TokenSet(this.#trie.vocabulary.size, tokens), endsAt };
      this.#atPlaces.set(place.id, within);
    }
    return within;
  }

  #afterNode(node: TrieNode<Token>, place: Place): WithinRule<Token> {
    const key = `${node.id} ${place.id}`;
    let within = this.#after.get(key);
    if (!within) {
      const state = this.#automaton.at(place);
      within = this.#walk(node, state);
      // A rule that may be empty ends where the one before it has ended.
      if (state.mayEnd) within = { ...within, endsAt: [...within.endsAt, node] };
      this.#after.set(key, within);
    }
    return within;
  }

  /** Follows all tokens from a node of the trie. */
  #walk(from: TrieNode<Token>, start: GrammarState): WithinRule<Token> {
    const tokens: Token[] = [];
    const endsAt: TrieNode<Token>[] = [];
    const open: [TrieNode<Token>, GrammarState][] = [[from, start]];
    for (let item = open.pop(); item; item = open.pop()) {
      const [node, state] = item;
      if (state.frames.length === 0) continue;
      for (const [point, child] of node.next) {
        const next = this.#automaton.step(state, point);
        if (!next) continue;
        for (const token of child.tokens) tokens.push(token);
        if (next.mayEnd) endsAt.push(child);
        open.push([child, next]);
      }
    }
    return { tokens, endsAt };
  }
}
