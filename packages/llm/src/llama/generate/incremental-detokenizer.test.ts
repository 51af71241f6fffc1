import assert from "node:assert/strict";
import { test } from "node:test";
import { IncrementalDetokenizer } from "./incremental-detokenizer.js";

/** Tokens are bytes; like SentencePiece it drops a space at the start of a text. */
function detokenize(tokens: readonly number[]): string {
  return Buffer.from(tokens).toString("utf8").replace(/^ /, "");
}

function bytes(text: string): number[] {
  return [...Buffer.from(text)];
}

test("a character spread over several tokens is emitted when it is complete", () => {
  const text = new IncrementalDetokenizer({ detokenize, anchor: bytes("\n") });
  assert.deepEqual(
    bytes("a€🐂").map((byte) => text.push(byte)),
    ["a", "", "", "€", "", "", "", "🐂"],
  );
});

test("a leading space is kept", () => {
  const text = new IncrementalDetokenizer({ detokenize, anchor: bytes("\n") });
  assert.equal(
    bytes(" a b")
      .map((byte) => text.push(byte))
      .join(""),
    " a b",
  );
});

test("bytes that never complete a character are released soon, and nothing before them is lost", () => {
  const text = new IncrementalDetokenizer({ detokenize, anchor: bytes("\n") });
  const [first = 0, second = 0] = bytes("€");
  assert.equal(text.push(first) + text.push(second), "");
  assert.equal(text.push(65), "\uFFFDA");
  const [stray = 0] = bytes("€").slice(1);
  const pieces = Array.from({ length: 1_000 }, () => text.push(stray));
  assert.ok(pieces.join("").length > 990);
});
