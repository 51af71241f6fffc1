import assert from "node:assert/strict";
import { test } from "node:test";
import { splitLines } from "./split-lines.js";

async function linesOf(text: string, pieceBytes: number): Promise<string[]> {
  const bytes = Buffer.from(text);
  async function* source() {
    for (let at = 0; at < bytes.byteLength; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const lines: string[] = [];
  for await (const line of splitLines(source())) lines.push(Buffer.from(line).toString());
  return lines;
}

test("lines are the same wherever the source is cut", async () => {
  for (const pieceBytes of [1, 2, 3, 100]) {
    assert.deepEqual(await linesOf("ä\n\nbc\n", pieceBytes), ["ä\n", "\n", "bc\n"]);
    assert.deepEqual(await linesOf("", pieceBytes), []);
  }
});

test("an unfinished last line is left out", async () => {
  for (const pieceBytes of [1, 2, 100]) assert.deepEqual(await linesOf("a\nb", pieceBytes), ["a\n"]);
});
