import { abortable } from "./abortable.js";
import { type Deferred, deferred } from "./deferred.js";

/** Admits a bounded number of holders at a time, first come, first served. With a count of 1 it is a mutex. */
export class Semaphore {
  #free: number;
  readonly #queue: Deferred<void>[] = [];

  /** @param count how many may hold it at a time; 1 or more. */
  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Resolves when it is the caller's turn, to the function that releases; calling that again does nothing.
   * Rejects with the signal's reason; the caller then loses its place in the queue and nothing else.
   */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
    } else {
      const turn = deferred<void>();
      this.#queue.push(turn);
      await abortable(turn.promise, signal).catch((reason: unknown) => {
        this.#leave(turn);
        throw reason;
      });
    }
    let isHeld = true;
    return () => {
      if (isHeld) this.#release();
      isHeld = false;
    };
  }

  #release(): void {
    const next = this.#queue.shift();
    if (next) next.resolve();
    else this.#free++;
  }

  /** Leaves the queue after an abort; if its turn came in the same moment, passes the turn on. */
  #leave(turn: Deferred<void>): void {
    const place = this.#queue.indexOf(turn);
    if (place >= 0) this.#queue.splice(place, 1);
    else this.#release();
  }
}
