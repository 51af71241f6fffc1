/** A set of tokens, a bit for each of the vocabulary. */
export class TokenSet {
  readonly #bits: Uint32Array;

  constructor(size: number, tokens: Iterable<number>) {
    this.#bits = new Uint32Array(Math.ceil(size / 32));
    for (const token of tokens)
      this.#bits[token >>> 5] = (this.#bits[token >>> 5] ?? 0) | (1 << (token & 31));
  }

  has(token: number): boolean {
    return ((this.#bits[token >>> 5] ?? 0) & (1 << (token & 31))) !== 0;
  }
}
