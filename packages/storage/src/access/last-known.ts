import { setTimeout as sleep } from "node:timers/promises";

export interface LastKnownOptions<T> {
  readonly read: () => Promise<T>;
  readonly now: () => number;
}

/** A value is used for so long without another read: a change of the keys reaches every process within this time. */
const FRESH_MS = 5_000;

/**
 * While reads fail, the last value is used for so long. Restarting a store, or moving its network, takes less; and
 * whoever revokes a key during a longer outage of one process's storage can rely on this end.
 */
const LAST_KNOWN_MS = 600_000;

/** How long a caller who could have an older value waits for a storage that does not answer. */
const PATIENCE_MS = 500;

/** A value of the storage that outlives short outages of it. A failure is never remembered in its place. */
export class LastKnown<T> {
  readonly #options: LastKnownOptions<T>;
  #known: { readonly at: number; readonly value: T } | undefined;
  #reading: Promise<T> | undefined;
  /** Whether the last read failed or is late: nobody waits for the next one while there is an older value. */
  #isAway = false;
  #lastTry = Number.NEGATIVE_INFINITY;

  constructor(options: LastKnownOptions<T>) {
    this.#options = options;
  }

  /** @throws what the read throws, when no value is known from the last 10 minutes. */
  async get(): Promise<T> {
    const known = this.#known;
    const age = known ? this.#options.now() - known.at : Number.POSITIVE_INFINITY;
    if (known && age < FRESH_MS) return known.value;
    if (!known || age >= LAST_KNOWN_MS) return this.#read();
    const pausesTries = this.#isAway && this.#options.now() - this.#lastTry < FRESH_MS;
    if (pausesTries) return known.value;
    const read = this.#read();
    if (this.#isAway) {
      read.catch(() => {}); // the next caller tries again
      return known.value;
    }
    return this.#withPatience(read, known.value);
  }

  #read(): Promise<T> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readNow(): Promise<T> {
    const at = this.#options.now();
    this.#lastTry = at;
    try {
      const value = await this.#options.read();
      this.#known = { at, value };
      this.#isAway = false;
      return value;
    } catch (error) {
      this.#isAway = true;
      throw error;
    }
  }

  async #withPatience(read: Promise<T>, older: T): Promise<T> {
    const enough = new AbortController();
    const late = sleep(PATIENCE_MS, undefined, { signal: enough.signal }).then(() => {
      this.#isAway = true;
      return older;
    });
    try {
      return await Promise.race([read, late]);
    } catch {
      return older;
    } finally {
      late.catch(() => {}); // it is not waited for any more
      enough.abort();
    }
  }
}
