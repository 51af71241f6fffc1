import { JsonScanner } from "@bullpen/base";

/**
 * Finds the end of an object that the primer opened while its text arrives, so that no token is generated after it:
 * the brace that closes the object. A model that no grammar holds may never write that brace; a fence ends the text
 * too.
 */
export class ObjectEndDetector {
  readonly #scanner = new JsonScanner();
  #depth = 1;
  #backticks = 0;

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
    if (char === "{") this.#depth++;
    else if (char === "}") this.#depth--;
    return this.#depth === 0 || this.#backticks === 3;
  }
}
