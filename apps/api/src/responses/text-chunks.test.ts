import assert from "node:assert/strict";
import { test } from "node:test";
import { chunkEnd } from "./text-chunks.js";

/** The chunks of a text that comes in pieces. */
function chunksOf(pieces: readonly string[]): string[] {
  const chunks: string[] = [];
  let [text, start] = ["", 0];
  for (const piece of pieces) {
    text += piece;
    for (let end = chunkEnd(text, start); end !== undefined; end = chunkEnd(text, start)) {
      chunks.push(text.slice(start, end));
      start = end;
    }
  }
  return start < text.length ? [...chunks, text.slice(start)] : chunks;
}

test("the chunks of a text do not depend on the pieces in which it comes, and none ends within a character", () => {
  const text = `It is 7.\n\nAnd ${"x".repeat(70)} ${"🐂".repeat(40)} 長い文章`;
  const whole = chunksOf([text]);
  assert.deepEqual(whole.slice(0, 5), ["It ", "is ", "7.\n", "\n", "And "]);
  assert.equal(whole.join(""), text);
  assert.ok(whole.every((chunk) => chunk.isWellFormed() && chunk.length <= 33));
  for (const size of [1, 2, 3, 7, 50]) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
      text.slice(i * size, (i + 1) * size),
    );
    assert.deepEqual(chunksOf(pieces), whole, `pieces of ${size}`);
  }
});
