import { randomInt } from "node:crypto";
import type { Sampling } from "@bullpen/contracts";
import type { Token } from "node-llama-cpp";
import type { NextTokenRequest } from "./sequence-slot.js";

/** Tokens that the repetition penalty looks back on, prompt included, as in llama.cpp's own programs. */
export const REPETITION_WINDOW = 64;

/**
 * Bullpen's sampling parameters as node-llama-cpp's. `recent` is the end of the sequence, at most
 * {@link REPETITION_WINDOW} tokens; `seed` is for this draw alone.
 */
export function toDrawOptions(
  sampling: Sampling,
  seed: number,
  recent: readonly Token[],
): NonNullable<NextTokenRequest["options"]> {
  return {
    temperature: sampling.temperature,
    topP: sampling.top_p,
    topK: sampling.top_k === 0 ? withoutTopK() : sampling.top_k,
    minP: 0,
    seed,
    ...(sampling.repetition_penalty !== 1 && {
      repeatPenalty: {
        punishTokens: [...recent],
        maxPunishTokens: REPETITION_WINDOW,
        penalty: sampling.repetition_penalty,
      },
    }),
  };
}

/** The seed of a completion whose request leaves it open. */
export function randomSeed(): number {
  return randomInt(2 ** 32);
}

/**
 * The value that leaves top_k out of the chain of samplers. 0 means the same but keeps a sampler
 * that sorts the whole vocabulary for nothing, 2 to 3 ms a token; `undefined` means 40.
 */
export function withoutTopK(): number | undefined {
  // The declared type lacks null; node-llama-cpp removes null fields before they reach the sampler.
  return null as unknown as undefined;
}
