import type { TrieNode } from "./forced-prefix-trie.js";
import { follow, type Segment, START, type TextPlace } from "./shape-automaton.js";
import type { TokenMask, TokenMasks } from "./token-mask.js";
import type { Vocabulary } from "./vocabulary.js";

/**
 * Holds a completion to the shapes of a constraint, token by token: first along the trie of their prefixes, then
 * through the characters of the values that the model chooses.
 */
export class ShapeGuide<Token extends number> {
  readonly #vocabulary: Vocabulary<Token>;
  readonly #masks: TokenMasks<Token>;
  #node: TrieNode<Token> | undefined;
  #segments: readonly Segment[] = [];
  #place: TextPlace = START;
  #ended = false;

  constructor(vocabulary: Vocabulary<Token>, masks: TokenMasks<Token>, root: TrieNode<Token>) {
    this.#vocabulary = vocabulary;
    this.#masks = masks;
    this.#enter(root);
  }

  /** Whether the completion is whole: nothing is left to choose. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether the model chooses the text here, and does not follow one of a few fixed texts. */
  get isFree(): boolean {
    return this.#node === undefined;
  }

  /** The only token that may follow, if there is only one. */
  forced(): Token | undefined {
    if (this.#node?.next.size !== 1) return undefined;
    const [token] = this.#node.next.keys();
    return token;
  }

  /** The tokens that may not follow. */
  mask(): TokenMask {
    return this.#node ? this.#masks.atNode(this.#node) : this.#masks.inText(this.#segments, this.#place);
  }

  /** Takes the next token, a legal one. */
  push(token: Token): void {
    if (this.#node) {
      const next = this.#node.next.get(token);
      if (!next) throw new Error("A token was pushed that is not legal.");
      this.#enter(next);
      return;
    }
    const followed = follow(this.#segments, this.#place, this.#vocabulary.textOf(token));
    if (!followed) throw new Error("A token was pushed that is not legal.");
    this.#place = followed.place;
    this.#ended = followed.ended !== undefined;
  }

  #enter(node: TrieNode<Token>): void {
    this.#node = node.next.size > 0 ? node : undefined;
    this.#segments = node.remainder;
  }
}
