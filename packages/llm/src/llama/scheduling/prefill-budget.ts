export interface StepPlanOptions {
  /** Tokens that are computed at once at most. */
  readonly batchSize: number;
  /** Prompt tokens that may join one step of sequences that are generating, which wait for them. */
  readonly promptTokensPerStep: number;
}

/** A prompt is never cut smaller than this, however many come at once. */
const SMALLEST_PART = 32;

/** Decides how many tokens of its prompt one sequence may bring into a step of all. */
export class StepPlan {
  readonly #options: StepPlanOptions;
  #reading = 0;
  #generating = 0;

  constructor(options: StepPlanOptions) {
    this.#options = options;
  }

  /** Counts a sequence that reads its prompt until what is returned is called. */
  startReading(): () => void {
    this.#reading++;
    return () => this.#reading--;
  }

  startGenerating(): () => void {
    this.#generating++;
    return () => this.#generating--;
  }

  /**
   * Tokens of its prompt that a sequence may bring into the next step. Alone with others that read it
   * fills batches; beside sequences that generate, all that read share a limit, so that a long prompt
   * holds none of them up for long.
   */
  get promptPart(): number {
    const { batchSize, promptTokensPerStep } = this.#options;
    if (this.#generating === 0) return batchSize;
    const share = Math.floor(promptTokensPerStep / Math.max(1, this.#reading));
    return Math.min(batchSize, Math.max(SMALLEST_PART, share));
  }
}
