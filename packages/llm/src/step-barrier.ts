/**
 * Keeps the generating sequences of one context in step: nobody asks for its next token before all
 * have theirs.
 *
 * node-llama-cpp starts the next batch as soon as the last sampler of the current one is done, which
 * is before that sampler's sequence has asked again. Left alone, every second batch holds that one
 * sequence only; and as the queue is never empty, the context's lock is never free, so that a new
 * request, whose slot has an old prompt to drop first, waits until all others have finished. In
 * step, each batch holds every sequence and the lock is free between batches.
 */
export class StepBarrier {
  #running = 0;
  #held: (() => void)[] = [];

  /** Waits until no step is under way: a newcomer starts together with the others. */
  async join(): Promise<void> {
    if (this.#running > 0) await this.#untilAllArrived();
  }

  /** Runs one step and returns its result once no other step is under way. */
  async step<T>(run: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await run();
    } finally {
      this.#running--;
      if (this.#running > 0) await this.#untilAllArrived();
      else for (const proceed of this.#held.splice(0)) proceed();
    }
  }

  #untilAllArrived(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve));
  }
}
