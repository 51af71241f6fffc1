import { MAX_LINE_BYTES } from "@bullpen/contracts";
import { readLines } from "@bullpen/storage";
import { InputError } from "./input-error.js";

/** A line of a text in UTF-8, without its end. */
export interface TextLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

/** The lines of a source, blank ones too, in constant memory. @throws {InputError} */
export async function* textLines(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<TextLine> {
  for await (const { number, content } of readLines(source, { maxBytes: MAX_LINE_BYTES })) {
    if ("text" in content) yield { number, text: content.text };
    else if (content.error === "not_utf8") {
      throw new InputError(
        name,
        number,
        "The line is not valid UTF-8. Save the file as UTF-8, uncompressed.",
      );
    } else {
      const problem = `The line has more than ${MAX_LINE_BYTES} bytes. Shorten it, or split the question.`;
      throw new InputError(name, number, problem);
    }
  }
}
