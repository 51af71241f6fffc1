import type { CompletionTimings } from "@bullpen/contracts";

/** Tells where the time of a completion goes. Made when the completion gets its slot. */
export class CompletionTimer {
  readonly #requestedAt: number;
  readonly #startedAt = performance.now();
  #firstTokenAt: number | undefined;

  /** @param requestedAt when the request came, before it waited for the slot, by `performance.now()`. */
  constructor(requestedAt: number) {
    this.#requestedAt = requestedAt;
  }

  /** Call after each step: the first one computes the end of the prompt and the first token. */
  markFirstToken(): void {
    this.#firstTokenAt ??= performance.now();
  }

  /** The parts of the time up to now. */
  timings(): CompletionTimings {
    const now = performance.now();
    const firstTokenAt = this.#firstTokenAt ?? now;
    return {
      waiting_ms: Math.round(this.#startedAt - this.#requestedAt),
      prompt_ms: Math.round(firstTokenAt - this.#startedAt),
      generation_ms: Math.round(now - firstTokenAt),
    };
  }
}
