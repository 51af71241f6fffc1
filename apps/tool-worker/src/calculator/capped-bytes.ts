/** Two numbers in front of the bytes: how many are kept, and how many were added. */
const HEADER_BYTES = 2 * Float64Array.BYTES_PER_ELEMENT;

/** Keeps the first `limit` bytes of a stream and counts the rest, where another thread may look on. */
export class CappedBytes {
  readonly #counts: Float64Array;
  readonly #kept: Uint8Array;

  /** Begins an empty stream of at most `limit` bytes. */
  static begin(limit: number): CappedBytes {
    return new CappedBytes(CappedBytes.store(limit));
  }

  /** Memory for a stream, to be shared with the thread that writes it. */
  static store(limit: number): SharedArrayBuffer {
    return new SharedArrayBuffer(HEADER_BYTES + limit);
  }

  /** The stream that stands in a store, as far as it has got. */
  constructor(store: SharedArrayBuffer) {
    this.#counts = new Float64Array(store, 0, 2);
    this.#kept = new Uint8Array(store, HEADER_BYTES);
  }

  /** Bytes added so far, kept or not. */
  get total(): number {
    return this.#counts[1] ?? 0;
  }

  clear(): void {
    this.#counts.fill(0);
  }

  /** Copies what there is room for. */
  add(bytes: Uint8Array): void {
    const [kept = 0, total = 0] = this.#counts;
    const part = bytes.subarray(0, this.#kept.length - kept);
    this.#kept.set(part, kept);
    this.#counts.set([kept + part.length, total + bytes.length]);
  }

  /** What was kept, as UTF-8; a character that the limit cut in two is dropped. */
  text(): string {
    // A copy, as the decoder takes no shared memory.
    const kept = this.#kept.slice(0, this.#counts[0]);
    return new TextDecoder().decode(kept, { stream: true });
  }
}
