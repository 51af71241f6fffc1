import type { TrieNode } from "./forced-prefix-trie.js";
import { follow, placeKey, type Segment, type TextPlace } from "./shape-automaton.js";
import type { Vocabulary } from "./vocabulary.js";

/** The tokens that are not legal at a position, as llama.cpp takes them: with a bias that is added to their logits. */
export interface TokenMask {
  readonly tokens: Uint32Array;
  /** Minus infinity for each. */
  readonly biases: Float32Array;
}

/** Masks that are kept. Inside a string there are a few different positions, in names of bounded length dozens. */
const MAX_MASKS = 128;

/** The masks of a constraint's positions. Each is computed once, which takes tens of milliseconds. */
export class TokenMasks<Token extends number> {
  readonly #vocabulary: Vocabulary<Token>;
  readonly #atNodes = new WeakMap<TrieNode<Token>, TokenMask>();
  readonly #inTexts = new Map<string, TokenMask>();

  constructor(vocabulary: Vocabulary<Token>) {
    this.#vocabulary = vocabulary;
  }

  /** The mask at a node of a trie. */
  atNode(node: TrieNode<Token>): TokenMask {
    let mask = this.#atNodes.get(node);
    if (!mask) {
      mask = this.#allBut((token) => node.next.has(token));
      this.#atNodes.set(node, mask);
    }
    return mask;
  }

  /** The mask at a position after the trie. */
  inText(segments: readonly Segment[], place: TextPlace): TokenMask {
    const same = this.#firstAlike(segments, place);
    return this.of(placeKey(segments, same), (token) => this.#fits(token, segments, same));
  }

  /** The mask that leaves the tokens for which `isLegal` returns true, made once for each `key`. */
  of(key: string, isLegal: (token: Token) => boolean): TokenMask {
    let mask = this.#inTexts.get(key);
    if (!mask) {
      mask = this.#allBut(isLegal);
      const [oldest] = this.#inTexts.keys();
      if (oldest !== undefined && this.#inTexts.size >= MAX_MASKS) this.#inTexts.delete(oldest);
      this.#inTexts.set(key, mask);
    }
    return mask;
  }

  /** Where a string is further from its limits than a token is long, its positions have the same tokens. */
  #firstAlike(segments: readonly Segment[], place: TextPlace): TextPlace {
    const segment = segments[place.segment];
    if (segment?.type !== "string") return place;
    const limit = place.written < segment.least ? Math.min(segment.least, segment.most) : segment.most;
    const isFar = place.written + this.#vocabulary.longest < limit;
    return isFar && place.written < segment.least ? { ...place, written: 0 } : place;
  }

  #fits(token: Token, segments: readonly Segment[], place: TextPlace): boolean {
    if (this.#vocabulary.isEndOfText(token)) return false;
    const text = this.#vocabulary.textOf(token);
    return text !== "" && follow(segments, place, text) !== undefined;
  }

  #allBut(isLegal: (token: Token) => boolean): TokenMask {
    const tokens = Uint32Array.from(this.#vocabulary.tokens.filter((token) => !isLegal(token)));
    return { tokens, biases: new Float32Array(tokens.length).fill(Number.NEGATIVE_INFINITY) };
  }
}
