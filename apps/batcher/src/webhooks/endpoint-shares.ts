/** One endpoint gets at most a quarter of all places: endpoints that hang leave places for the others. */
const LARGEST_SHARE = 1 / 4;

/** How long a delivery waits for a place of its endpoint, in milliseconds: on average, randomized so that waiting deliveries do not return together. */
const PAUSE_MS = 1_000;

/** Limits the places that the deliveries of one endpoint take. */
export class EndpointShares {
  readonly #most: number;
  readonly #inUse = new Map<string, number>();

  /** @param places deliveries that run at a time. */
  constructor(places: number) {
    this.#most = Math.ceil(places * LARGEST_SHARE);
  }

  /** Runs a delivery, or returns when to try again because its endpoint uses all its places. */
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
