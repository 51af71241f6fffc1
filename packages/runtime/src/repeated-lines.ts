/** The same failure is written once in this time, and at its end with how often it came again. */
const WINDOW_MS = 60_000;

/** Different failures that are told apart; a further one is written as it comes. */
const MAX_KINDS = 1_000;

interface Kind {
  /** How often it came again. */
  count: number;
  /** Writes the line with its count. */
  readonly repeat: (count: number) => void;
  readonly timer: NodeJS.Timeout;
}

/** Writes failures that are the same in every field once a minute, with a count. */
export class RepeatedLines {
  readonly #windowMs: number;
  readonly #kinds = new Map<string, Kind>();

  constructor(windowMs = WINDOW_MS) {
    this.#windowMs = windowMs;
  }

  /**
   * Whether a line is to be written now.
   *
   * @param key equal for lines that are the same.
   * @param repeat writes the line, with how often it came again. Called at the end of the time, if it did.
   */
  admits(key: string, repeat: (count: number) => void): boolean {
    const kind = this.#kinds.get(key);
    if (kind) {
      kind.count++;
      return false;
    }
    if (this.#kinds.size < MAX_KINDS) {
      const timer = setTimeout(() => this.#close(key), this.#windowMs).unref();
      this.#kinds.set(key, { count: 0, repeat, timer });
    }
    return true;
  }

  /** Writes the counts so far. */
  flush(): void {
    for (const key of [...this.#kinds.keys()]) this.#close(key);
  }

  #close(key: string): void {
    const kind = this.#kinds.get(key);
    if (!kind) return;
    clearTimeout(kind.timer);
    this.#kinds.delete(key);
    if (kind.count > 0) kind.repeat(kind.count);
  }
}
