export interface PrefillBudgetOptions {
  /** Most tokens of one batch. */
  readonly batchSize: number;
  /** Prompt tokens of all sequences that may join one step of sequences that decode and wait for them. */
  readonly prefillTokensPerStep: number;
}

/** Smallest chunk, however many prompts share a step: smaller ones would cost more steps than they save waiting. */
const MIN_CHUNK_TOKENS = 32;

/** Decides how many tokens of its prompt a sequence may bring into the next step. */
export class PrefillBudget {
  readonly #options: PrefillBudgetOptions;
  #prefilling = 0;
  #decoding = 0;

  constructor(options: PrefillBudgetOptions) {
    this.#options = options;
  }

  /** Counts a sequence in prefill. Returns the function that ends its prefill. */
  startPrefill(): () => void {
    this.#prefilling++;
    return () => this.#prefilling--;
  }

  /** Counts a sequence that decodes. Returns the function that ends its decoding. */
  startDecode(): () => void {
    this.#decoding++;
    return () => this.#decoding--;
  }

  /**
   * Most tokens of a sequence's next chunk. If no sequence decodes, a chunk may fill a batch. Otherwise all prompts share
   * a limit, so that a long prompt does not hold decoding sequences up.
   */
  get chunkTokens(): number {
    const { batchSize, prefillTokensPerStep } = this.#options;
    if (this.#decoding === 0) return batchSize;
    const share = Math.floor(prefillTokensPerStep / Math.max(1, this.#prefilling));
    return Math.min(batchSize, Math.max(MIN_CHUNK_TOKENS, share));
  }
}
