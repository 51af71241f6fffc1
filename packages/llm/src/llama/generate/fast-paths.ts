/** Ways to spare computation that change no output; a test switches each off and compares. */
export interface Savings {
  /** Fixed parts of actions are read like a prompt and not generated. */
  readonly forcedText: boolean;
  /** Draws with one possible result are read off the likeliest tokens. */
  readonly certainDraws: boolean;
  /** Where an answer repeats the tool's result, several tokens are computed in one step and then checked. */
  readonly repeatedText: boolean;
}

export const ALL_SAVINGS: Savings = { forcedText: true, certainDraws: true, repeatedText: true };
