/** One endpoint takes a quarter of all places at most: some that hang leave the others theirs. */
const LARGEST_SHARE = 1 / 4;

/** How long a delivery waits for a place of its endpoint, in milliseconds: about so long, spread by chance. */
const PAUSE_MS = 1_000;

/** Shares out the places for deliveries, so that no endpoint takes them all. */
export class EndpointShares {
  readonly #most: number;
  readonly #inUse = new Map<string, number>();

  /** @param places deliveries that are made side by side. */
  constructor(places: number) {
    this.#most = Math.ceil(places * LARGEST_SHARE);
  }

  /** Runs a delivery, or says when to ask again: its endpoint has all places that it may have. */
  async run<T>(endpointId: string, deliver: () => Promise<T>): Promise<T | { retryAt: number }> {
    const inUse = this.#inUse.get(endpointId) ?? 0;
    if (inUse >= this.#most) return { retryAt: Date.now() + PAUSE_MS * (1 + Math.random()) };
    this.#inUse.set(endpointId, inUse + 1);
    try {
      return await deliver();
    } finally {
      this.#free(endpointId);
    }
  }

  #free(endpointId: string): void {
    const left = (this.#inUse.get(endpointId) ?? 1) - 1;
    if (left > 0) this.#inUse.set(endpointId, left);
    else this.#inUse.delete(endpointId);
  }
}
