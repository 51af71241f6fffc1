import { abortable, type Deferred, deferred } from "../abortable.js";

/** Lets a bounded number of holders in, first come, first served. */
export class Slots {
  #free: number;
  readonly #queue: Deferred<void>[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves to the function that gives the slot back. Rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
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
    let held = true;
    return () => {
      if (held) this.#release();
      held = false;
    };
  }

  #release(): void {
    const next = this.#queue.shift();
    if (next) next.resolve();
    else this.#free++;
  }

  /** Aborted while queued; if its turn came in the same moment, the slot passes on. */
  #leave(turn: Deferred<void>): void {
    const place = this.#queue.indexOf(turn);
    if (place >= 0) this.#queue.splice(place, 1);
    else this.#release();
  }
}
