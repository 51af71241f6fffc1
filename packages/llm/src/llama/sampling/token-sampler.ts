import type { Sampling } from "@bullpen/contracts";
import type { Token } from "node-llama-cpp";
import type { AddonGrammarState } from "../binding/llama-binding.js";
import { findCertainToken, type Likeliest, mayBeCertain, NEGLIGIBLE, seedOfToken } from "./top-k-proof.js";
import type { RefusedTokens } from "../../constraints/token-mask.js";
import { toDrawOptions } from "./sampling-options.js";
import type { TokenLogits } from "./token-logits.js";

export interface DrawRequest {
  readonly sampling: Sampling;
  /** Of the whole completion. */
  readonly seed: number;
  /** The new token's place in the completion, from 0. */
  readonly index: number;
  /** The end of the sequence, as far back as the penalty looks. */
  readonly recent: readonly Token[];
  /** What may not be drawn, if not all may. */
  readonly refused: RefusedTokens | undefined;
  readonly vocabularySize: number;
  /** Whether draws may be told from the likeliest tokens. */
  readonly shortcut: boolean;
  /** llama.cpp's grammar at this place. It goes on by the token that is drawn. */
  readonly grammar: AddonGrammarState | undefined;
}

/** Looks that may prove nothing in a row before the next ones are left out. */
const LOOKS_IN_VAIN = 2;

/** Draws that are left out at most before the next look. */
const LONGEST_PAUSE = 15;

/**
 * Draws the tokens of one completion (see draw-token.ts). A look at the likeliest tokens that proves nothing
 * costs about as much as the draw that it was to spare; where the model is undecided for long, it is mostly
 * left out.
 */
export class TokenDrawer {
  #inVain = 0;
  #pause = 0;
  /** Whether the last look had to be a fine one: the next mostly has to, too. */
  #finely = false;

  async draw(logits: TokenLogits, request: DrawRequest): Promise<Token> {
    const { sampling, recent, refused, grammar } = request;
    const seed = seedOfToken(request.seed, request.index);
    const certain = await this.#findCertain(logits, request, seed);
    return certain ?? logits.draw(toDrawOptions(sampling, seed, recent), { refused, grammar });
  }

  async #findCertain(logits: TokenLogits, request: DrawRequest, seed: number): Promise<Token | undefined> {
    const { shortcut, grammar, sampling } = request;
    if (!shortcut || grammar || !mayBeCertain(sampling)) return undefined;
    if (this.#pause > 0) {
      this.#pause--;
      return undefined;
    }
    const certain = await this.#look(logits, request, seed);
    this.#inVain = certain === undefined ? this.#inVain + 1 : 0;
    if (this.#inVain >= LOOKS_IN_VAIN)
      this.#pause = Math.min(LONGEST_PAUSE, 2 ** (this.#inVain - LOOKS_IN_VAIN + 1) - 1);
    return certain;
  }

  async #look(logits: TokenLogits, request: DrawRequest, seed: number): Promise<Token | undefined> {
    const { sampling, recent, refused, vocabularySize } = request;
    const place = { sampling, punished: new Set(recent) };
    const find = (likeliest: Omit<Likeliest<Token>, "vocabularySize">) =>
      findCertainToken({ ...likeliest, vocabularySize }, place, seed);
    if (!this.#finely) {
      const certain = find(await logits.likeliest(refused, NEGLIGIBLE.coarse));
      if (certain !== undefined) return certain;
    }
    const fine = await logits.likeliest(refused, NEGLIGIBLE.fine);
    const certain = find(fine);
    this.#finely = certain !== undefined && find({ ...fine, negligible: NEGLIGIBLE.coarse }) === undefined;
    return certain;
  }
}
