/** The names of the tokens that a tokenizer finds in a text only where it is told to: `<s>`, `<|im_end|>`. */
export class SpecialTokens {
  readonly #names: RegExp | undefined;

  constructor(names: Iterable<string>) {
    const longestFirst = [...new Set(names)]
      .filter((name) => name !== "")
      .sort((a, b) => b.length - a.length);
    if (longestFirst.length > 0) this.#names = new RegExp(longestFirst.map(escapeForRegExp).join("|"), "g");
  }

  /** The names that stand in a text, in their order. */
  findIn(text: string): readonly string[] {
    return this.#names ? (text.match(this.#names) ?? []) : [];
  }

  /** The name that a text begins with. */
  findAtHeadOf(text: string): string | undefined {
    const [first] = this.findIn(text);
    return first !== undefined && text.startsWith(first) ? first : undefined;
  }
}

function escapeForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
