import type { ObjectConstraint } from "@bullpen/contracts";
import { type Segment, segmentsOf } from "./shape-automaton.js";
import { stableTokens, type TokenizerOfTexts } from "./stable-tokens.js";

/** A node of the trie of the fixed prefixes of a constraint's shapes. */
export interface TrieNode<Token extends number> {
  /** The tokens that may follow, each towards one or several shapes. Empty at a leaf. */
  readonly next: ReadonlyMap<Token, TrieNode<Token>>;
  /** At a leaf: what is left of the shape's text. */
  readonly remainder: readonly Segment[];
}

/**
 * The tries of constraints whose shapes begin with a constant. A shape's prefix is the text up to the value that the
 * model chooses, in the tokens that the model's own tokenizer gives it, as far as they are the same whatever that
 * value begins with. What is left of the fixed text, at most a few characters, the model writes together with the
 * value. So a forced token is one that every text of the shape has in its one regular tokenization, and what follows
 * it is in the tokens that the model was trained on.
 */
export class ForcedPrefixTries<Token extends number> {
  readonly #options: TokenizerOfTexts<Token>;
  readonly #tries = new Map<string, TrieNode<Token>>();

  constructor(options: TokenizerOfTexts<Token>) {
    this.#options = options;
  }

  /**
   * The root of a constraint's trie, which is made once. It is a leaf with the constraint's fallback if a shape has no
   * constant before its first string, or if the tokenizer does not tell two shapes apart before that.
   */
  of({ alternatives, fallback }: ObjectConstraint): TrieNode<Token> {
    const key = JSON.stringify([alternatives, fallback]);
    let root = this.#tries.get(key);
    if (!root) {
      const shapes = new Map(alternatives.map((shape) => [JSON.stringify(shape), shape]));
      const haveConstants = alternatives.every(([first]) => first?.value.type === "constant");
      const prefixes = haveConstants ? [...shapes.values()].map((s) => this.#prefixOf(segmentsOf(s))) : [];
      root = merge(prefixes) ?? { next: new Map(), remainder: segmentsOf(fallback) };
      this.#tries.set(key, root);
    }
    return root;
  }

  #prefixOf([first, ...others]: readonly Segment[]): Prefix<Token> {
    if (first?.type !== "literal") return { tokens: [], remainder: first ? [first, ...others] : others };
    const { text } = first;
    const tokens = stableTokens(this.#options, text);
    const written = tokens.map((token) => this.#options.vocabulary.textOf(token)).join("");
    const left = text.slice(written.length);
    return { tokens, remainder: left === "" ? others : [{ type: "literal", text: left }, ...others] };
  }
}

interface Prefix<Token extends number> {
  readonly tokens: readonly Token[];
  readonly remainder: readonly Segment[];
}

/** `undefined` if one prefix is the beginning of another, or if there is none. */
function merge<Token extends number>(
  prefixes: readonly Prefix<Token>[],
  depth = 0,
): TrieNode<Token> | undefined {
  const ended = prefixes.find(({ tokens }) => tokens.length === depth);
  if (ended) return prefixes.length === 1 ? { next: new Map(), remainder: ended.remainder } : undefined;
  if (prefixes.length === 0) return undefined;
  const members = new Map<Token, Prefix<Token>[]>();
  for (const prefix of prefixes) {
    const token = prefix.tokens[depth];
    if (token !== undefined) members.set(token, [...(members.get(token) ?? []), prefix]);
  }
  const next = new Map<Token, TrieNode<Token>>();
  for (const [token, group] of members) {
    const node = merge(group, depth + 1);
    if (!node) return undefined;
    next.set(token, node);
  }
  return { next, remainder: [] };
}
