/** GBNF of a JSON string that can be written as UTF-8. */
export const STRING_RULES = String.raw`string ::= "\"" char* "\""
char ::= [^"\\\x00-\x1F\x7F] | "\\" escape
escape ::= ["\\/bfnrt] | "u" ( unit | pair )
unit ::= [0-9a-cA-Ce-fE-F] hex hex hex | [dD] [0-7] hex hex
pair ::= [dD] [89abAB] hex hex "\\u" [dD] [c-fC-F] hex hex
hex ::= [0-9a-fA-F]
`;

/**
 * GBNF (llama.cpp's grammar notation) of what may follow `ACTION_PRIMER`: the tool's name of 1 to 64
 * characters, then the input, then the closing brace. Whatever it matches is, behind `{"tool_name": `,
 * one JSON object whose text can be written as UTF-8: no raw control characters, escapes complete,
 * surrogates only in pairs.
 */
export const ACTION_GRAMMAR = String.raw`
root ::= name "," [ \n]? "\"input\":" " "? string "\n"? "}"
name ::= "\"" char{1,64} "\""
${STRING_RULES}`;

/**
 * Finds the end of an action while its text arrives, so that not one token is generated beyond it:
 * the brace that closes the object which the primer opened. Without the grammar a model may never
 * write that brace; the fence that closes the block ends the action too.
 */
export class ActionEndDetector {
  #depth = 1;
  #inString = false;
  #escaped = false;
  #backticks = 0;

  /** Takes the next piece of text; returns how much of it belongs to the action once that has ended. */
  push(text: string): number | undefined {
    for (let i = 0; i < text.length; i++) {
      if (this.#endsWith(text.charAt(i))) return i + 1;
    }
    return undefined;
  }

  #endsWith(char: string): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (char === "\\") this.#escaped = true;
      else if (char === '"') this.#inString = false;
      return false;
    }
    this.#backticks = char === "`" ? this.#backticks + 1 : 0;
    if (char === '"') this.#inString = true;
    else if (char === "{") this.#depth++;
    else if (char === "}") this.#depth--;
    return this.#depth === 0 || this.#backticks === 3;
  }
}
