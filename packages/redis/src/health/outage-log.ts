import { findRedisOutage } from "./redis-outage.js";

export interface OutageLogOptions {
  /** Told every error that is no outage, and of an outage each of its reasons once. */
  readonly onError: (error: Error) => void;
  /** Told once when Redis can be used again. */
  readonly onEnd: () => void;
}

/** Connections come back one after the other: what one of them still says this long after is not told again. */
const STRAGGLERS_MS = 5_000;

/**
 * Makes one line of an outage that every connection, worker and timer of a process meets, again and again.
 * Its methods are bound: they are handed on as callbacks.
 */
export class OutageLog {
  readonly #options: OutageLogOptions;
  readonly #told = new Set<string>();
  #endedAt = Number.NEGATIVE_INFINITY;
  #isOver = true;

  constructor(options: OutageLogOptions) {
    this.#options = options;
  }

  readonly onError = (error: Error): void => {
    const outage = findRedisOutage(error);
    if (outage !== undefined) {
      if (this.#isOver && performance.now() - this.#endedAt > STRAGGLERS_MS) this.#told.clear();
      if (this.#told.has(outage)) return;
      this.#told.add(outage);
      this.#isOver = false;
    }
    this.#options.onError(error);
  };

  /** For `onReady` of the connection. */
  readonly onReady = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#endedAt = performance.now();
    this.#options.onEnd();
  };
}
