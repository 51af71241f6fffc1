const ESCAPED: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * Follows JSON text one UTF-16 unit at a time and tells what is inside strings and what is structure. It checks
 * nothing: text that is no JSON is followed too. `escapeState` is the strict counterpart.
 */
export class JsonScanner {
  #inString = false;
  #escape = "";
  #text = "";

  /** Whether the next unit belongs to a string, its closing quotation mark included. */
  get inString(): boolean {
    return this.#inString;
  }

  /** What the last unit added to the content of a string, decoded; "" if it added nothing. */
  get text(): string {
    return this.#text;
  }

  /** Takes the next unit. Returns whether it is structure: outside strings, and no quotation mark. */
  push(unit: string): boolean {
    this.#text = "";
    if (!this.#inString) {
      this.#inString = unit === '"';
      return !this.#inString;
    }
    if (this.#escape !== "") this.#readEscape(unit);
    else if (unit === "\\") this.#escape = unit;
    else if (unit === '"') this.#inString = false;
    else this.#text = unit;
    return false;
  }

  #readEscape(unit: string): void {
    if (unit === '"' && this.#escape !== "\\") {
      // A code that is too short: the string ends here all the same.
      this.#escape = "";
      this.#inString = false;
      return;
    }
    this.#escape += unit;
    if (this.#escape.charAt(1) !== "u") {
      this.#text = ESCAPED[unit] ?? unit;
      this.#escape = "";
    } else if (this.#escape.length === 6) {
      const code = Number.parseInt(this.#escape.slice(2), 16);
      this.#text = Number.isNaN(code) ? "" : String.fromCharCode(code);
      this.#escape = "";
    }
  }
}

const WHOLE_PAIR =
  /^\\u(?:[0-9a-ce-f][0-9a-f]{3}|d[0-7][0-9a-f]{2}|d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})$/i;
const BEGUN_PAIR =
  /^\\u(?:[0-9a-ce-f][0-9a-f]{0,2}|d(?:[0-7][0-9a-f]?)?|d[89ab][0-9a-f]{0,2}(?:\\(?:u(?:d(?:[c-f][0-9a-f]?)?)?)?)?)?$/i;

/**
 * Whether a text that starts with a backslash begins, is, or cannot become an escape sequence of a JSON string.
 * Surrogates must come in pairs, because nothing else can be written as UTF-8.
 */
export function escapeState(text: string): "begun" | "whole" | "illegal" {
  if (text === "\\") return "begun";
  if (/^\\["\\/bfnrt]$/.test(text) || WHOLE_PAIR.test(text)) return "whole";
  return BEGUN_PAIR.test(text) ? "begun" : "illegal";
}
