import { abortable, deferred } from "@bullpen/base";

/** Lets the suspects of one process run one at a time: if the process dies, the suspect that ran is the cause. */
export class SuspectTurns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves to what ends the turn. Rejects with the signal's reason when it aborts before the turn comes. */
  async take(signal: AbortSignal): Promise<() => void> {
    const previous = this.#last;
    const turn = deferred<void>();
    const release = () => turn.resolve();
    this.#last = previous.then(() => turn.promise);
    try {
      await abortable(previous, signal);
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }
}
