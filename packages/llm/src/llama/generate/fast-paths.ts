/** Ways to spare computation that change no output; a test switches each off and compares. */
export interface FastPaths {
  /** Fixed parts of actions are read like a prompt and not generated. */
  readonly forcedTokens: boolean;
  /** Draws with one possible result are read off the likeliest tokens. */
  readonly provenSampling: boolean;
  /** Where an answer repeats the tool's result, several tokens are computed in one step and then checked. */
  readonly promptLookup: boolean;
}

export const ALL_FAST_PATHS: FastPaths = { forcedTokens: true, provenSampling: true, promptLookup: true };
