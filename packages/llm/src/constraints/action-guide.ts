import { ANY_ACTION, follow, type Segment, START, type TextPlace } from "./action-automaton.js";
import type { TrieNode } from "./forced-prefix-trie.js";
import type { TokenMask, TokenMasks } from "./token-mask.js";
import type { Vocabulary } from "./vocabulary.js";

/** What may stand at one place of a completion. */
export interface Guide<Token extends number> {
  /** The only token that may follow, where there is only one. */
  forced(): Token | undefined;
  /** What may not follow. */
  mask(): TokenMask;
  /** Whether the text is the model's own here, and not one of a few fixed ones. */
  readonly isFree: boolean;
  /** Goes on by a legal token. */
  push(token: Token): void;
  /** Whether the completion is whole: nothing is left to choose. */
  readonly ended: boolean;
}

/**
 * Leads a model through one JSON action, token by token: through the beginnings of the tools that it
 * may use, then through the characters of the input.
 */
export class ActionGuide<Token extends number> implements Guide<Token> {
  readonly #vocabulary: Vocabulary<Token>;
  readonly #masks: TokenMasks<Token>;
  #head: TrieNode<Token> | undefined;
  #segments: readonly Segment[] = ANY_ACTION;
  #place: TextPlace = START;
  #ended = false;

  /** `heads` is `undefined` where the model may call tools by any name. */
  constructor(vocabulary: Vocabulary<Token>, masks: TokenMasks<Token>, heads: TrieNode<Token> | undefined) {
    this.#vocabulary = vocabulary;
    this.#masks = masks;
    this.#enter(heads);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get isFree(): boolean {
    return this.#head === undefined;
  }

  forced(): Token | undefined {
    if (this.#head?.next.size !== 1) return undefined;
    const [token] = this.#head.next.keys();
    return token;
  }

  mask(): TokenMask {
    return this.#head ? this.#masks.atNode(this.#head) : this.#masks.inText(this.#segments, this.#place);
  }

  push(token: Token): void {
    if (this.#head) {
      this.#enter(this.#head.next.get(token));
      return;
    }
    const followed = follow(this.#segments, this.#place, this.#vocabulary.textOf(token));
    if (!followed) throw new Error("A token was pushed that is not legal.");
    this.#place = followed.place;
    this.#ended = followed.ended !== undefined;
  }

  #enter(node: TrieNode<Token> | undefined): void {
    this.#head = node && node.next.size > 0 ? node : undefined;
    if (node) this.#segments = node.rest;
  }
}
