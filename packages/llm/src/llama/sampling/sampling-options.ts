import { randomInt } from "node:crypto";
import type { Sampling } from "@bullpen/contracts";
import type { Token } from "node-llama-cpp";
import type { SamplerOptions } from "./token-logits.js";

/** Last tokens that the repetition penalty applies to, prompt included, as in llama.cpp's own programs. */
export const REPETITION_WINDOW = 64;

/**
 * Bullpen's sampling parameters as node-llama-cpp's. `recent` are the tokens that are penalized; `seed` is for this
 * sample alone. A top_k of 0 is left out: it would
 * sort the whole vocabulary for nothing, 2 to 3 ms a token.
 */
export function toSamplerOptions(sampling: Sampling, seed: number, recent: readonly Token[]): SamplerOptions {
  const { frequency_penalty = 0, presence_penalty = 0, repetition_penalty } = sampling;
  return {
    temperature: sampling.temperature,
    topP: sampling.top_p,
    ...(sampling.top_k !== 0 && { topK: sampling.top_k }),
    minP: 0,
    seed,
    ...((repetition_penalty !== 1 || frequency_penalty !== 0 || presence_penalty !== 0) && {
      repeatPenalty: repetition_penalty,
      ...(frequency_penalty !== 0 && { repeatPenaltyFrequencyPenalty: frequency_penalty }),
      ...(presence_penalty !== 0 && { repeatPenaltyPresencePenalty: presence_penalty }),
      repeatPenaltyMaxTokens: Math.max(REPETITION_WINDOW, recent.length),
      repeatPenaltyTokens: Uint32Array.from(recent),
    }),
  };
}

/** The seed of a completion whose request leaves it open. */
export function randomSeed(): number {
  return randomInt(2 ** 32);
}

/**
 * The seed of the token at `index` of a completion (SplitMix32). Each token has its own, so that a token which needs no
 * sampling, or is sampled twice, does not change the tokens after it.
 */
export function seedOfToken(seed: number, index: number): number {
  let mixed = (seed + Math.imul(index + 1, 0x9e37_79b9)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
  // llama.cpp takes the largest 32-bit number to mean "choose a seed".
  return Math.min((mixed ^ (mixed >>> 15)) >>> 0, 0xffff_fffe);
}
