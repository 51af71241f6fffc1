import { JsonScanner } from "@bullpen/base";

/**
 * Finds the end of an object while its text arrives, so that no token is generated after it: the brace that closes it.
 * A model that no grammar holds may never write that brace; a fence ends an object that the primer opened, too. The end
 * of a value that is neither object nor array is not found: the model ends its turn after it.
 */
export class ObjectEndDetector {
  readonly #scanner = new JsonScanner();
  readonly #isOpened: boolean;
  #depth: number;
  #backticks = 0;

  /** @param isOpened whether the primer opened the object; otherwise the text begins with the value. */
  constructor(isOpened: boolean) {
    this.#isOpened = isOpened;
    this.#depth = isOpened ? 1 : 0;
  }

  /** Takes the next piece of text. Returns how much of it belongs to the object once that has ended. */
  push(text: string): number | undefined {
    for (let i = 0; i < text.length; i++) {
      if (this.#endsWith(text.charAt(i))) return i + 1;
    }
    return undefined;
  }

  #endsWith(char: string): boolean {
    if (!this.#scanner.push(char)) {
      this.#backticks = 0;
      return false;
    }
    this.#backticks = char === "`" ? this.#backticks + 1 : 0;
    if (char === "{" || (char === "[" && !this.#isOpened)) this.#depth++;
    else if (char === "}" || (char === "]" && !this.#isOpened)) return --this.#depth <= 0;
    return this.#isOpened && this.#backticks === 3;
  }
}
