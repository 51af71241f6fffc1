const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * Reads the text of a final answer out of a turn while the turn is written: what stands in the string
 * behind `"input":` of an action whose name is an answer's. It only looks ahead; what counts is the action as it is
 * parsed at the end of the turn.
 */
export class AnswerStream {
  readonly #isAnswer: (name: string) => boolean;
  #part: "name" | "between" | "answer" | "over" = "name";
  #name = "";
  #inString = false;
  #escape = "";
  /** The first half of a surrogate pair whose second half has not come. */
  #high = "";

  /** @param isAnswer whether the input of an action of that name is an answer. */
  constructor(isAnswer: (name: string) => boolean) {
    this.#isAnswer = isAnswer;
  }

  /** The action's name, once it is whole. */
  get name(): string | undefined {
    return this.#part === "name" ? undefined : this.#name;
  }

  /** Whether the string that is the answer has begun. */
  get hasBegun(): boolean {
    return this.#part === "answer" && this.#inString;
  }

  /** Takes the next piece of the turn, as it follows the primer; returns what it adds to the answer. */
  push(piece: string): string {
    let answer = "";
    for (const unit of piece.split("")) {
      if (this.#part === "over") break;
      const text = this.#read(unit);
      if (this.#part === "answer") answer += text;
      else if (this.#part === "name") this.#name += text;
    }
    answer = this.#high + answer;
    const last = answer.charCodeAt(answer.length - 1);
    this.#high = last >= 0xd800 && last < 0xdc00 ? answer.slice(-1) : "";
    return this.#high ? answer.slice(0, -1) : answer;
  }

  /** One UTF-16 unit of the turn; returns the text that it gives inside a string. */
  #read(unit: string): string {
    if (!this.#inString) {
      if (unit === '"') this.#inString = true;
      return "";
    }
    if (this.#escape) return this.#readEscape(unit);
    if (unit === "\\") {
      this.#escape = "\\";
      return "";
    }
    if (unit !== '"') return unit;
    this.#leaveString();
    return "";
  }

  /** After the name comes the key `input`, then the input. */
  #leaveString(): void {
    this.#inString = false;
    if (this.#part === "name") this.#part = this.#isAnswer(this.#name) ? "between" : "over";
    else if (this.#part === "between") this.#part = "answer";
    else this.#part = "over";
  }

  #readEscape(unit: string): string {
    this.#escape += unit;
    if (this.#escape[1] !== "u") {
      this.#escape = "";
      return ESCAPES[unit] ?? unit;
    }
    if (this.#escape.length < 6) return "";
    const code = Number.parseInt(this.#escape.slice(2), 16);
    this.#escape = "";
    return Number.isNaN(code) ? "" : String.fromCharCode(code);
  }
}
