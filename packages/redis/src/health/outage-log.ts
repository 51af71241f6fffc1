import { findRedisOutage } from "./redis-outage.js";

export interface OutageLogOptions {
  /** Called for every error that is no outage, and once for each reason of an outage. */
  readonly onError: (error: Error) => void;
  /** Called once when Redis can be used again. */
  readonly onEnd: () => void;
}

/** Connections return one after the other: their errors up to this time after an outage belong to it. */
const STRAGGLERS_MS = 5_000;

/**
 * Reports an outage once, although every connection, worker and timer of a process meets it repeatedly. The
 * methods are bound, so that they can be passed as callbacks.
 */
export class OutageLog {
  readonly #options: OutageLogOptions;
  readonly #reported = new Set<string>();
  #endedAt = Number.NEGATIVE_INFINITY;
  #hasEnded = true;

  constructor(options: OutageLogOptions) {
    this.#options = options;
  }

  readonly onError = (error: Error): void => {
    const outage = findRedisOutage(error);
    if (outage !== undefined) {
      if (this.#hasEnded && performance.now() - this.#endedAt > STRAGGLERS_MS) this.#reported.clear();
      if (this.#reported.has(outage)) return;
      this.#reported.add(outage);
      this.#hasEnded = false;
    }
    this.#options.onError(error);
  };

  /** For `onReady` of the connection. */
  readonly onReady = (): void => {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#endedAt = performance.now();
    this.#options.onEnd();
  };
}
