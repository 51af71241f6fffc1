import type { Vocabulary } from "../vocabulary.js";
import { TokenSet } from "./token-set.js";

/** A character of the texts of tokens, after those before it. */
export interface TrieNode<Token extends number> {
  readonly id: number;
  readonly next: ReadonlyMap<number, TrieNode<Token>>;
  /** The tokens whose texts end here. */
  readonly tokens: readonly Token[];
}

interface GrowingNode<Token extends number> extends TrieNode<Token> {
  readonly next: Map<number, GrowingNode<Token>>;
  readonly tokens: Token[];
}

/** The tokens of a vocabulary by the characters of their texts. */
export class TokenTrie<Token extends number> {
  readonly root: TrieNode<Token>;
  /** Tokens that hold a part of one character. */
  readonly partial: TokenSet;
  readonly vocabulary: Vocabulary<Token>;
  #nodes = 0;

  constructor(vocabulary: Vocabulary<Token>) {
    this.vocabulary = vocabulary;
    const root = this.#newNode();
    const partial: Token[] = [];
    for (const token of vocabulary.tokens) {
      const text = vocabulary.isEndOfText(token) ? "" : vocabulary.textOf(token);
      if (/^\uFFFD+$/.test(text)) partial.push(token);
      else if (text !== "" && !text.includes("\uFFFD")) this.#add(root, text, token);
    }
    this.root = root;
    this.partial = new TokenSet(vocabulary.size, partial);
  }

  /** Whether a single token holds the character. */
  spells(codePoint: number): boolean {
    return (this.root.next.get(codePoint)?.tokens.length ?? 0) > 0;
  }

  #add(root: GrowingNode<Token>, text: string, token: Token): void {
    let node = root;
    for (const char of text) {
      const point = char.codePointAt(0) ?? 0;
      let next = node.next.get(point);
      if (!next) {
        next = this.#newNode();
        node.next.set(point, next);
      }
      node = next;
    }
    node.tokens.push(token);
  }

  #newNode(): GrowingNode<Token> {
    return { id: this.#nodes++, next: new Map(), tokens: [] };
  }
}
