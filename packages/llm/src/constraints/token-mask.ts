import { follow, placeKey, type Segment, type TextPlace } from "./action-automaton.js";
import type { HeadNode } from "./forced-prefix-trie.js";
import type { Vocabulary } from "./vocabulary.js";

/** Tokens that may not come at a place, as llama.cpp takes them: what is added to the logit of each. */
export interface RefusedTokens {
  readonly tokens: Uint32Array;
  /** Minus infinity for each. */
  readonly biases: Float32Array;
}

/** Places with different refusals that are remembered: inside of an input there are a few, in names dozens. */
const MOST_PLACES = 128;

/** What may not come at the places of an action, each place worked out once: it takes tens of milliseconds. */
export class Refusals<Token extends number> {
  readonly #vocabulary: Vocabulary<Token>;
  readonly #inHeads = new WeakMap<HeadNode<Token>, RefusedTokens>();
  readonly #inTexts = new Map<string, RefusedTokens>();

  constructor(vocabulary: Vocabulary<Token>) {
    this.#vocabulary = vocabulary;
  }

  inHead(node: HeadNode<Token>): RefusedTokens {
    let refused = this.#inHeads.get(node);
    if (!refused) {
      refused = this.#allBut((token) => node.next.has(token));
      this.#inHeads.set(node, refused);
    }
    return refused;
  }

  inText(segments: readonly Segment[], place: TextPlace): RefusedTokens {
    const key = placeKey(segments, place);
    let refused = this.#inTexts.get(key);
    if (!refused) {
      refused = this.#allBut((token) => this.#fits(token, segments, place));
      const [oldest] = this.#inTexts.keys();
      if (oldest !== undefined && this.#inTexts.size >= MOST_PLACES) this.#inTexts.delete(oldest);
      this.#inTexts.set(key, refused);
    }
    return refused;
  }

  #fits(token: Token, segments: readonly Segment[], place: TextPlace): boolean {
    if (this.#vocabulary.isEndOfText(token)) return false;
    const text = this.#vocabulary.textOf(token);
    return text !== "" && follow(segments, place, text) !== undefined;
  }

  #allBut(isLegal: (token: Token) => boolean): RefusedTokens {
    const tokens = Uint32Array.from(this.#vocabulary.tokens.filter((token) => !isLegal(token)));
    return { tokens, biases: new Float32Array(tokens.length).fill(Number.NEGATIVE_INFINITY) };
  }
}
