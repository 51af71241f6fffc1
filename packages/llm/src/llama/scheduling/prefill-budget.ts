export interface PrefillBudgetOptions {
  /** Tokens that are computed at once at most. */
  readonly batchSize: number;
  /** Prompt tokens that may join one step of sequences that are generating, which wait for them. */
  readonly prefillTokensPerStep: number;
}

/** A prompt is never cut smaller than this, however many come at once. */
const MIN_CHUNK_TOKENS = 32;

/** Decides how many tokens of its prompt one sequence may bring into a step of all. */
export class PrefillBudget {
  readonly #options: PrefillBudgetOptions;
  #prefilling = 0;
  #decoding = 0;

  constructor(options: PrefillBudgetOptions) {
    this.#options = options;
  }

  /** Counts a sequence that reads its prompt until what is returned is called. */
  startPrefill(): () => void {
    this.#prefilling++;
    return () => this.#prefilling--;
  }

  startDecode(): () => void {
    this.#decoding++;
    return () => this.#decoding--;
  }

  /**
   * Tokens of its prompt that a sequence may bring into the next step. Alone with others that read it
   * fills batches; beside sequences that generate, all that read share a limit, so that a long prompt
   * holds none of them up for long.
   */
  get chunkTokens(): number {
    const { batchSize, prefillTokensPerStep } = this.#options;
    if (this.#decoding === 0) return batchSize;
    const share = Math.floor(prefillTokensPerStep / Math.max(1, this.#prefilling));
    return Math.min(batchSize, Math.max(MIN_CHUNK_TOKENS, share));
  }
}
