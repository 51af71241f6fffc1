/**
 * Hands out slots, one request each, first come first served. A request that finds several slots
 * free chooses among them; a request that gives up while it waits loses its place and nothing else.
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
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const waiter: Waiter<Slot> = {
        choose,
        accept: (slot) => {
          signal.removeEventListener("abort", giveUp);
          resolve(slot);
        },
        refuse: (reason) => {
          signal.removeEventListener("abort", giveUp);
          reject(reason);
        },
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  release(slot: Slot): void {
    this.#free.push(slot);
    this.#serve();
  }

  /** Refuses all who wait and all who come. */
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
