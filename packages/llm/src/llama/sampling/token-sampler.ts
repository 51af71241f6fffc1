import type { Sampling } from "@bullpen/contracts";
import type { Token } from "node-llama-cpp";
import type { TokenMask } from "../../constraints/token-mask.js";
import type { GrammarState } from "../binding/llama-binding.js";
import { seedOfToken, toSamplerOptions } from "./sampling-options.js";
import type { TokenLogits } from "./token-logits.js";
import { asRead, isProvable, PROOF_LEVELS, proveSample, type TopLogits } from "./top-k-proof.js";

export interface SampleRequest {
  readonly sampling: Sampling;
  /** The seed of the whole completion. */
  readonly seed: number;
  /** The new token's index in the completion, from 0. */
  readonly index: number;
  /** The last tokens of the sequence: those that the repetition penalty applies to. */
  readonly recent: readonly Token[];
  /** The tokens that are not legal; `undefined` if all are. */
  readonly mask: TokenMask | undefined;
  readonly vocabularySize: number;
  /** Whether samples may be proven from the top logits. */
  readonly provesSamples: boolean;
  /** llama.cpp's grammar at this position. It advances by the token that is sampled. */
  readonly grammar: GrammarState | undefined;
}

/** Proofs that may fail in a row before proofs are skipped: one failure alone says little of the next token. */
const FAILED_PROOFS_BEFORE_PAUSE = 2;

/**
 * Most samples without a proof between two attempts. Pauses double from 1: after the fourth, proofs cost a sixteenth of
 * what they would.
 */
const MAX_PAUSE = 15;

/**
 * Longest times of one token under a grammar, in milliseconds: on the JavaScript thread, which all slots wait for, and
 * with a sample of the whole vocabulary. Mostly it takes microseconds, and a few milliseconds. A grammar whose choices
 * begin alike and go on with the same choices follows all of them at once, and their number grows by powers.
 */
const MAX_GRAMMAR_MS = { check: 250, sample: 5_000 } as const;

/**
 * Samples the tokens of one completion. Tries to prove each sample from the top logits (top-k-proof.ts). A failed proof
 * costs as much as full sampling, so after repeated failures proofs are skipped with growing pauses.
 */
export class TokenSampler {
  #failedProofs = 0;
  #pause = 0;
  /** Whether the last proof needed the fine level: the next mostly needs it too. */
  #startsFine = false;
  /** Whether the grammar took too long: the rest is written freely, and whoever takes the text checks it. */
  #isGrammarOff = false;

  async sample(logits: TokenLogits, request: SampleRequest): Promise<Token> {
    const { sampling, recent, mask } = request;
    const grammar = this.#isGrammarOff ? undefined : request.grammar;
    const seed = seedOfToken(request.seed, request.index);
    const proven = await this.#prove(logits, request, seed);
    const startedAt = performance.now();
    // As the binding does it: a sample that the grammar allows is taken; after another one the grammar is
    // applied to the whole vocabulary.
    if (proven !== undefined && grammar?.allows(proven) !== false) {
      grammar?.accept(proven);
      this.#isGrammarOff ||= performance.now() - startedAt > MAX_GRAMMAR_MS.check;
      return proven;
    }
    const bias = sampling.logit_bias;
    const limits = { mask, bias, grammar: grammar?.state };
    const token = await logits.sample(toSamplerOptions(sampling, seed, recent), limits);
    this.#isGrammarOff ||= grammar !== undefined && performance.now() - startedAt > MAX_GRAMMAR_MS.sample;
    return token;
  }

  async #prove(logits: TokenLogits, request: SampleRequest, seed: number): Promise<Token | undefined> {
    const { provesSamples, sampling } = request;
    if (!provesSamples || !isProvable(sampling)) return undefined;
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
    const place = { sampling, penalized: recent };
    const find = (topLogits: Omit<TopLogits, "vocabularySize">) =>
      proveSample({ ...topLogits, vocabularySize }, place, seed);
    const { coarse, fine } = PROOF_LEVELS;
    if (!this.#startsFine) {
      const proven = find(await logits.topLogits(mask, coarse));
      if (proven !== undefined) return proven;
    }
    const topLogits = await logits.topLogits(mask, fine);
    const proven = find(topLogits);
    this.#startsFine = proven !== undefined && find(asRead(topLogits, coarse)) === undefined;
    return proven;
  }
}
