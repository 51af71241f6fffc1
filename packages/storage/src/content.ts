import { createHash } from "node:crypto";
import { abortable } from "@bullpen/base";
import type { Parts, Written } from "./store.js";

/**
 * Content on its way into a store: cut into blocks of one size, counted and hashed as they go. An abort ends
 * it at once, even while its source is silent.
 */
export class Content {
  /** What the source threw, or the signal's reason: not the store's fault, so passed on as it is. */
  sourceError: unknown;
  readonly #parts: Parts;
  readonly #signal: AbortSignal | undefined;
  readonly #hash = createHash("sha256");
  #bytes = 0;

  constructor(parts: Parts, signal?: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
  }

  /** Blocks of `size` bytes, the last one shorter; none for empty content. To be taken once. */
  async *blocks(size: number): AsyncGenerator<Uint8Array> {
    let pieces: Uint8Array[] = [];
    let held = 0;
    for await (const part of this.#taken()) {
      let rest = part;
      while (held + rest.byteLength >= size) {
        const cut = size - held;
        yield this.#counted([...pieces, rest.subarray(0, cut)]);
        pieces = [];
        held = 0;
        rest = rest.subarray(cut);
      }
      if (rest.byteLength === 0) continue;
      pieces.push(rest);
      held += rest.byteLength;
    }
    if (held > 0) yield this.#counted(pieces);
  }

  /** What was taken, once all was. */
  written(): Written {
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  #counted(pieces: Uint8Array[]): Uint8Array {
    const [only] = pieces;
    const block = only && pieces.length === 1 ? only : Buffer.concat(pieces);
    this.#hash.update(block);
    this.#bytes += block.byteLength;
    return block;
  }

  async *#taken(): AsyncGenerator<Uint8Array> {
    const source = toBytes(this.#parts);
    try {
      for (;;) {
        const next = await this.#fromSource(() => abortable(source.next(), this.#signal));
        if (next.done) return;
        yield next.value;
      }
    } finally {
      // Not awaited: a source that is silent would answer only with its next part.
      source.return(undefined).catch(() => undefined);
    }
  }

  async #fromSource<T>(take: () => Promise<T>): Promise<T> {
    try {
      return await take();
    } catch (error) {
      this.sourceError = error;
      throw error;
    }
  }
}

async function* toBytes(parts: Parts): AsyncGenerator<Uint8Array> {
  for await (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
}
