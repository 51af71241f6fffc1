import { randomInt } from "node:crypto";
import type { Sampling } from "@bullpen/contracts";
import type { SequenceEvaluateOptions, Token } from "node-llama-cpp";

/** Tokens that the repetition penalty looks back on, prompt included, as in llama.cpp's own programs. */
export const REPETITION_WINDOW = 64;

/** llama.cpp takes this seed to mean "draw one". */
const SEED_FOR_RANDOM = 0xffff_ffff;

/**
 * Bullpen's sampling parameters as node-llama-cpp's. `recentTokens` gives the end of the sequence,
 * at most {@link REPETITION_WINDOW} tokens, whenever a token is about to be drawn.
 */
export function toEvaluateOptions(
  sampling: Sampling,
  recentTokens: () => Token[],
): Pick<SequenceEvaluateOptions, "temperature" | "topP" | "topK" | "minP" | "seed" | "repeatPenalty"> {
  return {
    temperature: sampling.temperature,
    topP: sampling.top_p,
    topK: sampling.top_k === 0 ? withoutTopK() : sampling.top_k,
    minP: 0,
    // Left out, node-llama-cpp takes the current second: the same one for all slots, and a new one
    // in the middle of a text.
    seed: sampling.seed === undefined ? randomInt(SEED_FOR_RANDOM) : clampSeed(sampling.seed),
    ...(sampling.repetition_penalty !== 1 && {
      repeatPenalty: {
        punishTokens: recentTokens,
        maxPunishTokens: REPETITION_WINDOW,
        penalty: sampling.repetition_penalty,
      },
    }),
  };
}

/**
 * The value that leaves top_k out of the chain of samplers. 0 means the same but keeps a sampler
 * that sorts the whole vocabulary for nothing, 2 to 3 ms a token; `undefined` means 40.
 */
function withoutTopK(): number | undefined {
  // The declared type lacks null; node-llama-cpp removes null fields before they reach the sampler.
  return null as unknown as undefined;
}

function clampSeed(seed: number): number {
  return Math.min(seed, SEED_FOR_RANDOM - 1);
}
