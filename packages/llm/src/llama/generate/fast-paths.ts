/** Ways to save computation that change no output. A test switches each of them off and compares. */
export interface FastPaths {
  /** Tokens that a constraint leaves no choice about are decoded like a prompt, and not sampled. */
  readonly forcedTokens: boolean;
  /** Samples with one possible result are proven from the top logits, without the chain of samplers. */
  readonly provenSampling: boolean;
  /** Where the text repeats the tool's result, several tokens are decoded in one step and then verified. */
  readonly promptLookup: boolean;
}

export const ALL_FAST_PATHS: FastPaths = { forcedTokens: true, provenSampling: true, promptLookup: true };
