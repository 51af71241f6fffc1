/** Two numbers precede the bytes: how many are kept, and how many were added. */
const HEADER_BYTES = 2 * Float64Array.BYTES_PER_ELEMENT;

/** Keeps the first `limit` bytes of a stream and counts the others, in memory that another thread can read. */
export class CappedBytes {
  readonly #counts: Float64Array;
  readonly #kept: Uint8Array;

  /** An empty stream that keeps at most `limit` bytes. */
  static create(limit: number): CappedBytes {
    return new CappedBytes(CappedBytes.allocate(limit));
  }

  /** Memory for a stream, shared with the thread that writes it. */
  static allocate(limit: number): SharedArrayBuffer {
    return new SharedArrayBuffer(HEADER_BYTES + limit);
  }

  /** The stream in memory that {@link allocate} returned. */
  constructor(memory: SharedArrayBuffer) {
    this.#counts = new Float64Array(memory, 0, 2);
    this.#kept = new Uint8Array(memory, HEADER_BYTES);
  }

  /** Bytes added so far, kept or not. */
  get total(): number {
    return this.#counts[1] ?? 0;
  }

  clear(): void {
    this.#counts.fill(0);
  }

  /** Copies as many of the bytes as there is room for, and counts all. */
  add(bytes: Uint8Array): void {
    const [kept = 0, total = 0] = this.#counts;
    const part = bytes.subarray(0, this.#kept.length - kept);
    this.#kept.set(part, kept);
    this.#counts.set([kept + part.length, total + bytes.length]);
  }

  /** The kept bytes, decoded as UTF-8 without a last character that the limit cut in two. */
  text(): string {
    return new TextDecoder().decode(this.bytes(), { stream: true });
  }

  /** The kept bytes, as a copy that is not shared: decoders do not accept shared memory. */
  bytes(): Uint8Array {
    return this.#kept.slice(0, this.#counts[0]);
  }
}
