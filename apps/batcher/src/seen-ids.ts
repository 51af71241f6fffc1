import { createHash } from "node:crypto";

const FIRST_CAPACITY = 1 << 12;
const MOST_FILLED = 0.5;

/**
 * Remembers texts by 128 bits of their SHA-256, with a number each: 20 bytes a place in typed arrays, so
 * that a million ids take some 40 MB whatever their length.
 */
export class SeenIds {
  #capacity = FIRST_CAPACITY;
  #hashes = new BigUint64Array(2 * FIRST_CAPACITY);
  /** The number of the text in each place; 0 for an empty place. */
  #numbers = new Uint32Array(FIRST_CAPACITY);
  #size = 0;

  /** Remembers a text. Returns the number under which it is known already, or `undefined` for a new one. */
  add(text: string, number: number): number | undefined {
    const digest = createHash("sha256").update(text).digest();
    const high = digest.readBigUInt64LE(0);
    const low = digest.readBigUInt64LE(8);
    const place = this.#find(high, low);
    const known = this.#numbers[place];
    if (known) return known;
    this.#put(place, high, low, number);
    if (++this.#size > this.#capacity * MOST_FILLED) this.#grow();
    return undefined;
  }

  /** The place of a hash, or the empty one where it belongs. */
  #find(high: bigint, low: bigint): number {
    let place = Number(low & BigInt(this.#capacity - 1));
    while (
      this.#numbers[place] &&
      (this.#hashes[2 * place] !== high || this.#hashes[2 * place + 1] !== low)
    ) {
      place = (place + 1) & (this.#capacity - 1);
    }
    return place;
  }

  #put(place: number, high: bigint, low: bigint, number: number): void {
    this.#hashes[2 * place] = high;
    this.#hashes[2 * place + 1] = low;
    this.#numbers[place] = number;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const numbers = this.#numbers;
    this.#capacity *= 2;
    this.#hashes = new BigUint64Array(2 * this.#capacity);
    this.#numbers = new Uint32Array(this.#capacity);
    numbers.forEach((number, i) => {
      if (number === 0) return;
      const [high = 0n, low = 0n] = hashes.subarray(2 * i, 2 * i + 2);
      this.#put(this.#find(high, low), high, low, number);
    });
  }
}
