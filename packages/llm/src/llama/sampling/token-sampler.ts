import type { Sampling } from "@bullpen/contracts";
import type { Token } from "node-llama-cpp";
import type { TokenMask } from "../../constraints/token-mask.js";
import type { AddonGrammarState } from "../binding/llama-binding.js";
import { seedOfToken, toSamplerOptions } from "./sampling-options.js";
import type { TokenLogits } from "./token-logits.js";
import { isProvable, MIN_P, proveSample, type TopLogits } from "./top-k-proof.js";

export interface SampleRequest {
  readonly sampling: Sampling;
  /** Of the whole completion. */
  readonly seed: number;
  /** The new token's place in the completion, from 0. */
  readonly index: number;
  /** The end of the sequence, as far back as the penalty looks. */
  readonly recent: readonly Token[];
  /** What may not be drawn, if not all may. */
  readonly mask: TokenMask | undefined;
  readonly vocabularySize: number;
  /** Whether draws may be told from the likeliest tokens. */
  readonly provesSamples: boolean;
  /** llama.cpp's grammar at this place. It goes on by the token that is drawn. */
  readonly grammar: AddonGrammarState | undefined;
}

/** Looks that may prove nothing in a row before the next ones are left out. */
const FAILED_PROOFS_BEFORE_PAUSE = 2;

/** Draws that are left out at most before the next look. */
const MAX_PAUSE = 15;

/**
 * Draws the tokens of one completion (see draw-token.ts). A look at the likeliest tokens that proves nothing
 * costs about as much as the draw that it was to spare; where the model is undecided for long, it is mostly
 * left out.
 */
export class TokenSampler {
  #failedProofs = 0;
  #pause = 0;
  /** Whether the last look had to be a fine one: the next mostly has to, too. */
  #usesFineMinP = false;

  async sample(logits: TokenLogits, request: SampleRequest): Promise<Token> {
    const { sampling, recent, mask, grammar } = request;
    const seed = seedOfToken(request.seed, request.index);
    const proven = await this.#prove(logits, request, seed);
    return proven ?? logits.sample(toSamplerOptions(sampling, seed, recent), { mask, grammar });
  }

  async #prove(logits: TokenLogits, request: SampleRequest, seed: number): Promise<Token | undefined> {
    const { provesSamples, grammar, sampling } = request;
    if (!provesSamples || grammar || !isProvable(sampling)) return undefined;
    if (this.#pause > 0) {
      this.#pause--;
      return undefined;
    }
    const proven = await this.#tryProof(logits, request, seed);
    this.#failedProofs = proven === undefined ? this.#failedProofs + 1 : 0;
    if (this.#failedProofs >= FAILED_PROOFS_BEFORE_PAUSE)
      this.#pause = Math.min(MAX_PAUSE, 2 ** (this.#failedProofs - FAILED_PROOFS_BEFORE_PAUSE + 1) - 1);
    return proven;
  }

  async #tryProof(logits: TokenLogits, request: SampleRequest, seed: number): Promise<Token | undefined> {
    const { sampling, recent, mask, vocabularySize } = request;
    const place = { sampling, penalized: new Set(recent) };
    const find = (topLogits: Omit<TopLogits<Token>, "vocabularySize">) =>
      proveSample({ ...topLogits, vocabularySize }, place, seed);
    if (!this.#usesFineMinP) {
      const proven = find(await logits.topLogits(mask, MIN_P.coarse));
      if (proven !== undefined) return proven;
    }
    const fine = await logits.topLogits(mask, MIN_P.fine);
    const proven = find(fine);
    this.#usesFineMinP = proven !== undefined && find({ ...fine, minP: MIN_P.coarse }) === undefined;
    return proven;
  }
}
