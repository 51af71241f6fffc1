/** Characters between groups of three digits: comma, apostrophes, no-break spaces and the thin space. */
const GROUPERS = new Set([",", "'", "’", "\u00a0", "\u202f", "\u2009"]);

const VULGAR: Readonly<Record<string, readonly [number, number]>> = {
  "½": [1, 2],
  "⅓": [1, 3],
  "⅔": [2, 3],
  "¼": [1, 4],
  "¾": [3, 4],
  "⅕": [1, 5],
  "⅖": [2, 5],
  "⅗": [3, 5],
  "⅘": [4, 5],
  "⅙": [1, 6],
  "⅚": [5, 6],
  "⅛": [1, 8],
  "⅜": [3, 8],
  "⅝": [5, 8],
  "⅞": [7, 8],
};

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A position in a text that moves over the parts of a number. Each move reads every character once. */
export class NumeralScanner {
  readonly #text: string;
  at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  peek(offset = 0): string {
    return this.#text[this.at + offset] ?? "";
  }

  isDigit(offset = 0): boolean {
    const unit = this.peek(offset);
    return unit >= "0" && unit <= "9" && unit !== "";
  }

  spaces(): void {
    while (this.peek() === " " || this.peek() === "\u00a0" || this.peek() === "\u202f") this.at++;
  }

  /** Takes a word exactly as it is. */
  take(word: string): boolean {
    if (!this.#text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  digits(): string {
    const start = this.at;
    while (this.isDigit()) this.at++;
    return this.#text.slice(start, this.at);
  }

  /** Letters and the signs of units, in lower case. */
  word(): string {
    const start = this.at;
    while (/[\p{L}%°]/u.test(this.peek())) this.at++;
    return this.#text.slice(start, this.at).toLowerCase();
  }

  /** Whole digits with their groups, and the decimals: `1,234.5`, `1.234.567`, `1.234,5`, `0,5`. */
  decimal(): { readonly whole: string; readonly decimals: string } {
    const isListed = this.peek(-1) === "," && this.isDigit(-2);
    const first = this.digits();
    const separator = this.peek();
    const groups = first.length <= 3 && first !== "" ? this.#groups(separator) : [];
    const whole = first + groups.join("");
    const mark = this.peek();
    const isPoint = mark === "." && (separator !== "." || groups.length === 0);
    const isMark = isPoint || (!isListed && this.#isDecimalComma(groups));
    if (!isMark || !this.isDigit(1)) return { whole, decimals: "" };
    this.at++;
    return { whole, decimals: this.digits() };
  }

  /** Groups of three digits after the same separator. A single group after a dot is a decimal: `1.234`. */
  #groups(separator: string): string[] {
    const isDot = separator === ".";
    if (!isDot && !GROUPERS.has(separator)) return [];
    const start = this.at;
    const groups: string[] = [];
    while (this.peek() === separator && [1, 2, 3].every((i) => this.isDigit(i)) && !this.isDigit(4)) {
      groups.push(this.#text.slice(this.at + 1, this.at + 4));
      this.at += 4;
    }
    const isGrouped = !isDot || groups.length > 1 || (groups.length === 1 && this.#isDecimalComma(groups));
    if (isGrouped) return groups;
    this.at = start;
    return [];
  }

  /** Whether a comma comes that is a decimal mark: after groups with dots, or one or two digits and no list. */
  #isDecimalComma(groups: readonly string[]): boolean {
    if (this.peek() !== "," || !this.isDigit(1)) return false;
    if (groups.length > 0) return this.peek(-4) === ".";
    const end = this.isDigit(2) ? 3 : 2;
    return !this.isDigit(end) && !(this.peek(end) === "," && this.isDigit(end + 1));
  }

  /** The power of ten that follows: `e6`, ` × 10^6`, ` * 10⁶`. 0 if there is none. */
  exponent(): number {
    const start = this.at;
    if (this.take("e") || this.take("E")) {
      const sign = this.#sign();
      const digits = this.digits();
      if (digits !== "" && !/\p{L}/u.test(this.peek())) return sign * Number(digits);
      this.at = start;
      return 0;
    }
    this.spaces();
    if (["×", "x", "*", "\\times", "·"].some((sign) => this.take(sign))) {
      this.spaces();
      if (this.take("10")) {
        const power = this.#power();
        if (power !== undefined) return power;
      }
    }
    this.at = start;
    return 0;
  }

  #power(): number | undefined {
    if (this.take("^") || this.take("**")) {
      const isBraced = this.take("{");
      const sign = this.#sign();
      const digits = this.digits();
      if (isBraced) this.take("}");
      return digits === "" ? undefined : sign * Number(digits);
    }
    const sign = this.take("⁻") ? -1 : 1;
    let digits = "";
    while (this.peek() !== "" && SUPERSCRIPTS.includes(this.peek())) {
      digits += SUPERSCRIPTS.indexOf(this.peek());
      this.at++;
    }
    return digits === "" ? undefined : sign * Number(digits);
  }

  #sign(): number {
    if (this.take("-") || this.take("−")) return -1;
    this.take("+");
    return 1;
  }

  /** The value of a sign such as `½`. */
  vulgarFraction(): number | undefined {
    const parts = VULGAR[this.peek()];
    if (!parts) return undefined;
    this.at++;
    return parts[0] / parts[1];
  }

  /** The denominator of `3/4` after the 3; `undefined` if there is none, or if it is a date as `3/4/2020`. */
  denominator(): number | undefined {
    const start = this.at;
    this.spaces();
    if (this.take("/") || this.take("⁄")) {
      this.spaces();
      const digits = this.digits();
      const isDate = this.peek() === "/" && this.isDigit(1);
      if (digits !== "" && Number(digits) !== 0 && !isDate) return Number(digits);
    }
    this.at = start;
    return undefined;
  }

  /** The fraction of a mixed number after its whole part: ` 3/4`, `½`. */
  mixedFraction(): number | undefined {
    const start = this.at;
    this.take("-");
    this.spaces();
    const vulgar = this.vulgarFraction();
    if (vulgar !== undefined) return vulgar;
    const numerator = this.digits();
    const denominator = numerator === "" ? undefined : this.denominator();
    if (denominator !== undefined && Number(numerator) < denominator) return Number(numerator) / denominator;
    this.at = start;
    return undefined;
  }
}
