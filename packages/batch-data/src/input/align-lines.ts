import type { RequestLine } from "./read-input.js";

/** Each request on the line that it comes from; blank lines, which a batch passes over, fill the gaps. */
export async function* alignLines(requests: AsyncIterable<RequestLine>): AsyncGenerator<string> {
  let line = 1;
  for await (const { number, text } of requests) {
    const blank = "\n".repeat(Math.max(number - line, 0));
    line = Math.max(number, line) + 1;
    yield `${blank}${text}\n`;
  }
}
