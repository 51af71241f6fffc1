import { ANY_ACTION, follow, type Segment, START, type TextPlace } from "./action-automaton.js";
import type { HeadNode } from "./action-heads.js";
import type { Vocabulary } from "./vocabulary.js";

/** What may stand at one place of a completion. */
export interface Guide<Token extends number> {
  /** The only token that may follow, where there is only one. */
  forced(): Token | undefined;
  isLegal(token: Token): boolean;
  /** All legal tokens, where they are few. */
  choices(): readonly Token[] | undefined;
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
  #head: HeadNode<Token> | undefined;
  #segments: readonly Segment[] = ANY_ACTION;
  #place: TextPlace = START;
  #ended = false;

  /** `heads` is `undefined` where the model may call tools by any name. */
  constructor(vocabulary: Vocabulary<Token>, heads: HeadNode<Token> | undefined) {
    this.#vocabulary = vocabulary;
    this.#enter(heads);
  }

  get ended(): boolean {
    return this.#ended;
  }

  forced(): Token | undefined {
    if (this.#head?.next.size !== 1) return undefined;
    const [token] = this.#head.next.keys();
    return token;
  }

  isLegal(token: Token): boolean {
    if (this.#head) return this.#head.next.has(token);
    if (this.#vocabulary.isEndOfText(token)) return false;
    const text = this.#vocabulary.textOf(token);
    return text !== "" && follow(this.#segments, this.#place, text) !== undefined;
  }

  choices(): readonly Token[] | undefined {
    return this.#head && [...this.#head.next.keys()];
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

  #enter(node: HeadNode<Token> | undefined): void {
    this.#head = node && node.next.size > 0 ? node : undefined;
    if (node) this.#segments = node.rest;
  }
}
