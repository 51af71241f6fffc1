import type { Sampling } from "@bullpen/contracts";
import type { Token } from "node-llama-cpp";
import type { TokenMask } from "../../constraints/token-mask.js";
import type { GrammarState } from "../binding/llama-binding.js";
import { seedOfToken, toSamplerOptions } from "./sampling-options.js";
import type { TokenLogits } from "./token-logits.js";
import { asRead, isProvable, PROOF_LEVELS, proveSample, type TopLogits } from "./top-k-proof.js";

/** What restricts the next token. */
interface TokenGuide {
  /** The tokens that are not legal; `undefined` if all are. */
  mask(): TokenMask | undefined;
  /** Whether a token is legal. Left out: only the mask tells. */
  allows?(token: Token): boolean;
}

export interface SampleRequest {
  readonly sampling: Sampling;
  /** The seed of the whole completion. */
  readonly seed: number;
  /** The new token's index in the completion, from 0. */
  readonly index: number;
  /** The last tokens of the sequence: those that the repetition penalty applies to. */
  readonly recent: readonly Token[];
  /** Tells the legal tokens; `undefined` if all are. */
  readonly guide: TokenGuide | undefined;
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

/** Spares attempts where they have failed: the more in a row, the longer. */
class GrowingPauses {
  readonly #failuresBefore: number;
  #failures = 0;
  #left = 0;

  constructor(failuresBefore: number) {
    this.#failuresBefore = failuresBefore;
  }

  /** Whether the next attempt is to be spared. */
  isPaused(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  note(hasSucceeded: boolean): void {
    this.#failures = hasSucceeded ? 0 : this.#failures + 1;
    const beyond = this.#failures - this.#failuresBefore;
    if (beyond >= 0) this.#left = Math.min(MAX_PAUSE, 2 ** (beyond + 1) - 1);
  }
}

/**
 * Samples the tokens of one completion. Tries to prove each sample from the top logits (top-k-proof.ts). A failed proof
 * costs as much as full sampling, so after repeated failures proofs are skipped with growing pauses.
 */
export class TokenSampler {
  readonly #proofs = new GrowingPauses(FAILED_PROOFS_BEFORE_PAUSE);
  /** Proofs from the logits of all tokens, of which a guide tells the legal ones. */
  readonly #maskless = new GrowingPauses(1);
  /** Whether the last proof needed the fine level: the next mostly needs it too. */
  #startsFine = false;
  /** Whether the grammar took too long: the rest is written freely, and whoever takes the text checks it. */
  #isGrammarOff = false;

  async sample(logits: TokenLogits, request: SampleRequest): Promise<Token> {
    const { sampling, recent } = request;
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
    const limits = { mask: request.guide?.mask(), bias, grammar: grammar?.state };
    const token = await logits.sample(toSamplerOptions(sampling, seed, recent), limits);
    this.#isGrammarOff ||= grammar !== undefined && performance.now() - startedAt > MAX_GRAMMAR_MS.sample;
    return token;
  }

  async #prove(logits: TokenLogits, request: SampleRequest, seed: number): Promise<Token | undefined> {
    const { provesSamples, sampling } = request;
    if (!provesSamples || !isProvable(sampling) || this.#proofs.isPaused()) return undefined;
    const proven = await this.#tryProof(logits, request, seed);
    this.#proofs.note(proven !== undefined);
    return proven;
  }

  async #tryProof(logits: TokenLogits, request: SampleRequest, seed: number): Promise<Token | undefined> {
    const { sampling, recent, guide, vocabularySize } = request;
    const place = { sampling, penalized: recent };
    const find = (topLogits: Omit<TopLogits, "vocabularySize">) =>
      proveSample({ ...topLogits, vocabularySize }, place, seed);
    // A mask takes time where it is new, and each slot has another one.
    if (guide?.allows && !this.#maskless.isPaused()) {
      const topLogits = await logits.topLogits(undefined, PROOF_LEVELS.fine);
      const isLegal = (token: Token) => guide.allows?.(token) !== false;
      const proven = proveSample({ ...topLogits, vocabularySize }, { ...place, isLegal }, seed);
      this.#maskless.note(proven !== undefined);
      if (proven !== undefined) return proven;
    }
    const mask = guide?.mask();
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
