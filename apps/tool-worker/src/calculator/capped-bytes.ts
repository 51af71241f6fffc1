/** Keeps the first `limit` bytes of a stream and counts the rest. */
export class CappedBytes {
  readonly #limit: number;
  readonly #parts: Uint8Array[] = [];
  #kept = 0;
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes added so far, kept or not. */
  get total(): number {
    return this.#total;
  }

  /** Copies what there is room for. */
  add(bytes: Uint8Array): void {
    this.#total += bytes.length;
    const part = bytes.slice(0, this.#limit - this.#kept);
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#kept += part.length;
  }

  /** What was kept, as UTF-8; a character that the limit cut in two is dropped. */
  text(): string {
    return new TextDecoder().decode(Buffer.concat(this.#parts), { stream: true });
  }
}
