import { foreignFormat, HOLDS_NUL, MAX_LINE_BYTES, notUtf8 } from "@bullpen/contracts";
import { type Line, readLines } from "@bullpen/storage";
import { InputError } from "./input-error.js";

/** A line of a text in UTF-8, without its end. */
export interface TextLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a source, blank ones too, in constant memory.
 *
 * @throws {InputError} that says why the source is no UTF-8 text, and how to make it one.
 */
export async function* textLines(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<TextLine> {
  const lines = readLines(knownFormat(source, name), { maxBytes: MAX_LINE_BYTES });
  for await (const { number, content } of lines) {
    if ("error" in content) throw new InputError(name, number, problemOf(content));
    if (content.text.includes("\0")) throw new InputError(name, number, HOLDS_NUL);
    yield { number, text: content.text };
  }
}

function problemOf(content: Extract<Line["content"], { error: string }>): string {
  if (content.error === "not_utf8") return notUtf8(content.byte, content.at);
  return `The line has more than ${MAX_LINE_BYTES} bytes. Shorten it, or split the question.`;
}

const HEAD_BYTES = 4;

/** The source, when its first bytes are not those of another kind of file. */
async function* knownFormat(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array();
  for await (const bytes of source) {
    if (!head) {
      yield bytes;
      continue;
    }
    head = Buffer.concat([head, bytes]);
    if (head.byteLength < HEAD_BYTES) continue;
    checkFormat(head, name);
    yield head;
    head = undefined;
  }
  if (!head) return;
  checkFormat(head, name);
  yield head;
}

function checkFormat(head: Uint8Array, name: string): void {
  const problem = foreignFormat(head);
  if (problem !== undefined) throw new InputError(name, undefined, problem);
}
