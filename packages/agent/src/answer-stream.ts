import { JsonScanner } from "@bullpen/base";

/**
 * Reads the text of a final answer out of a turn while the turn is written: the content of the string after
 * `"input":` of an action whose name is an answer's, or the JSON of that value as it is written. It only previews: the
 * action as it is parsed at the end of the turn decides.
 */
export class AnswerStream {
  readonly #isAnswer: (name: string) => boolean;
  readonly #form: "text" | "json";
  readonly #scanner = new JsonScanner();
  #part: "name" | "between" | "answer" | "over" = "name";
  #name = "";
  /** Brackets and braces of the JSON answer that are open. */
  #depth = 0;
  /** White space that comes after the JSON answer, or within it. */
  #space = "";
  #hasBegun = false;
  /** The first half of a surrogate pair whose second half has not come. */
  #high = "";

  /**
   * @param isAnswer whether the input of an action of that name is an answer.
   * @param form whether the answer is the content of a string, or any JSON value.
   */
  constructor(isAnswer: (name: string) => boolean, form: "text" | "json" = "text") {
    this.#isAnswer = isAnswer;
    this.#form = form;
  }

  /** The action's name, once it is whole. */
  get name(): string | undefined {
    return this.#part === "name" ? undefined : this.#name;
  }

  /** Whether the string that is the answer has begun, or the JSON value. */
  get hasBegun(): boolean {
    return this.#form === "json" ? this.#hasBegun : this.#part === "answer" && this.#scanner.inString;
  }

  /** Whether the action has been closed after the JSON answer. */
  get isWhole(): boolean {
    return this.#part === "over" && this.#hasBegun;
  }

  /** Takes the next piece of the turn, as it follows the primer. Returns what it adds to the answer. */
  push(piece: string): string {
    let answer = this.#high;
    for (const unit of piece.split("")) {
      if (this.#part === "over") break;
      const text = this.#read(unit);
      if (this.#part === "answer") answer += text;
      else if (this.#part === "name") this.#name += text;
    }
    const last = answer.charCodeAt(answer.length - 1);
    this.#high = last >= 0xd800 && last < 0xdc00 ? answer.slice(-1) : "";
    return this.#high ? answer.slice(0, -1) : answer;
  }

  /** Takes one UTF-16 unit of the turn. Returns the text that it adds to a string. */
  #read(unit: string): string {
    const wasInString = this.#scanner.inString;
    const isStructure = this.#scanner.push(unit);
    if (this.#part === "answer" && this.#form === "json") return this.#readJson(unit, isStructure);
    if (wasInString && !this.#scanner.inString) this.#leaveString();
    return this.#scanner.text;
  }

  /** After the key come a colon and the value; the brace that closes the action ends it. */
  #readJson(unit: string, isStructure: boolean): string {
    if (isStructure && unit.trim() === "") {
      if (this.#hasBegun) this.#space += unit;
      return "";
    }
    if (!this.#hasBegun && unit === ":") return "";
    if (isStructure && (unit === "}" || unit === "]") && --this.#depth < 0) {
      this.#part = "over";
      return "";
    }
    if (isStructure && (unit === "{" || unit === "[")) this.#depth++;
    this.#hasBegun = true;
    const text = this.#space + unit;
    this.#space = "";
    return text;
  }

  /** After the name comes the key `input`, then the input. */
  #leaveString(): void {
    if (this.#part === "name") this.#part = this.#isAnswer(this.#name) ? "between" : "over";
    else if (this.#part === "between") this.#part = "answer";
    else this.#part = "over";
  }
}
