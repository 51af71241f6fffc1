import { TextDecoder } from "node:util";
import { errorMessage, JsonScanner } from "@bullpen/base";

/** Longest element of an array, in UTF-16 units. */
const MAX_ELEMENT = 16 * 1024 * 1024;

/** What is no array of JSON values. */
class JsonArrayError extends Error {
  override readonly name = "JsonArrayError";
}

/** The objects of one large JSON array, one by one: the file may be larger than memory. @throws {JsonArrayError} */
export async function* jsonElements(source: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const scanner = new JsonScanner();
  let [text, at, start, depth] = ["", 0, -1, 0];
  for await (const bytes of source) {
    text += decoded(decoder, bytes);
    for (; at < text.length; at++) {
      const unit = text.charAt(at);
      if (!scanner.push(unit)) continue;
      if (unit === "{" || unit === "[") {
        if (depth === 0 && unit === "{") throw new JsonArrayError("The file must hold an array: [{…}, {…}].");
        if (depth++ === 1) start = at;
      } else if (unit === "}" || unit === "]") {
        if (--depth === 1) {
          yield parsed(text.slice(start, at + 1));
          text = text.slice(at + 1);
          [at, start] = [-1, -1];
        }
      }
    }
    if (text.length > MAX_ELEMENT) throw new JsonArrayError("An element has more than 16 MB.");
  }
  if (depth !== 0 || scanner.inString)
    throw new JsonArrayError("The file ends within the array. Fetch it again.");
}

function decoded(decoder: TextDecoder, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: true });
  } catch {
    throw new JsonArrayError("The file is not UTF-8.");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JsonArrayError(`An element is not JSON (${errorMessage(error)}).`);
  }
}
