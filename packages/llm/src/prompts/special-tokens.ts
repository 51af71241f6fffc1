/** The names of the tokens that a tokenizer finds in a text only if it is told to: `<s>`, `<|im_end|>`. */
export class SpecialTokens {
  readonly #names: ReadonlySet<string>;
  readonly #firstUnits: ReadonlySet<string>;
  /** Lengths of names, the longest first: some vocabularies hold a thousand names, of a few lengths. */
  readonly #lengths: readonly number[];

  constructor(names: Iterable<string>) {
    this.#names = new Set([...names].filter((name) => name !== ""));
    this.#firstUnits = new Set([...this.#names].map((name) => name.charAt(0)));
    this.#lengths = [...new Set([...this.#names].map((name) => name.length))].sort((a, b) => b - a);
  }

  /** The names that a text contains, in their order. */
  findIn(text: string): readonly string[] {
    const found: string[] = [];
    for (let at = 0; at < text.length; ) {
      const name = this.#firstUnits.has(text.charAt(at)) ? this.#nameAt(text, at) : undefined;
      if (name !== undefined) found.push(name);
      at += name?.length ?? 1;
    }
    return found;
  }

  /** The name that a text begins with, if any. */
  findAtStartOf(text: string): string | undefined {
    return this.#nameAt(text, 0);
  }

  #nameAt(text: string, at: number): string | undefined {
    for (const length of this.#lengths) {
      const part = text.slice(at, at + length);
      if (this.#names.has(part)) return part;
    }
    return undefined;
  }
}
