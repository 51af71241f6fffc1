/** Lets the suspects of one process run one at a time: when it dies, it died of the one that ran. */
export class SuspectTurns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves to what ends the turn. Rejects with the signal's reason when it aborts before the turn comes. */
  async take(signal: AbortSignal): Promise<() => void> {
    const before = this.#last;
    let release = () => {};
    const ended = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#last = before.then(() => ended);
    try {
      await beforeAbort(before, signal);
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }
}

function beforeAbort(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
