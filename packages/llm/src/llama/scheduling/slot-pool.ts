/**
 * Lends slots to requests, first come first served. A request chooses among the slots that are free. A request that
 * aborts while it waits leaves the line.
 */
export class SlotPool<Slot> {
  readonly #free: Slot[];
  readonly #waiting: Waiter<Slot>[] = [];
  #closedBy: unknown;

  constructor(slots: readonly Slot[]) {
    this.#free = [...slots];
  }

  /** Rejects with the signal's reason when it aborts first. `choose` gets at least one slot. */
  acquire(choose: (free: readonly Slot[]) => Slot, signal: AbortSignal): Promise<Slot> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#closedBy !== undefined) return reject(this.#closedBy);
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const waiter: Waiter<Slot> = {
        choose,
        accept: (slot) => {
          signal.removeEventListener("abort", onAbort);
          resolve(slot);
        },
        refuse: (reason) => {
          signal.removeEventListener("abort", onAbort);
          reject(reason);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  release(slot: Slot): void {
    this.#free.push(slot);
    this.#serve();
  }

  /** Rejects the requests that wait and all later ones. */
  close(reason: Error): void {
    this.#closedBy = reason;
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(reason);
  }

  #serve(): void {
    while (this.#free.length > 0) {
      const waiter = this.#waiting.shift();
      if (!waiter) return;
      try {
        const slot = waiter.choose(this.#free);
        this.#free.splice(this.#free.indexOf(slot), 1);
        waiter.accept(slot);
      } catch (error) {
        waiter.refuse(error);
      }
    }
  }
}

interface Waiter<Slot> {
  readonly choose: (free: readonly Slot[]) => Slot;
  readonly accept: (slot: Slot) => void;
  readonly refuse: (reason: unknown) => void;
}
