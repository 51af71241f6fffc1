import assert from "node:assert/strict";
import { test } from "node:test";
import { type Line, readLines } from "./read-lines.js";

async function read(bytes: Uint8Array, pieceBytes: number, first?: { number: number; start: number }) {
  async function* source() {
    for (let at = first?.start ?? 0; at < bytes.byteLength; at += pieceBytes)
      yield bytes.subarray(at, at + pieceBytes);
  }
  const lines: Line[] = [];
  for await (const line of readLines(source(), { maxBytes: 100, ...(first && { first }) })) lines.push(line);
  return lines;
}

test("lines end by LF, CRLF or CR, wherever the source is cut, and begin where they say", async () => {
  for (const text of [
    "",
    "\n",
    "\r",
    "\r\n",
    "a",
    "a\n",
    "a\rb",
    "a\r\nb\nc\r\rd\n\re\r\n\r\nf",
    "\uFEFFä\rb\r",
  ]) {
    const bytes = Buffer.from(text);
    const expected = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
    if (expected.at(-1) === "") expected.pop();
    for (const pieceBytes of [1, 2, 3, 1_000]) {
      const lines = await read(bytes, pieceBytes);
      assert.deepEqual(
        lines.map(({ content }) => content),
        expected.map((line) => ({ text: line })),
        JSON.stringify([text, pieceBytes]),
      );
      for (const [i, line] of lines.entries()) {
        assert.equal(line.number, i + 1);
        const rest = await read(bytes, pieceBytes, line);
        assert.deepEqual(rest, lines.slice(i), "reading on from a line's start gives the same lines");
      }
    }
  }
});

test("a line that is too long, or not UTF-8, costs itself alone", async () => {
  const bytes = Buffer.concat([
    Buffer.from(`ok\r${"x".repeat(101)}\rÄ`),
    Buffer.from([0xff, 0x0d]),
    Buffer.from("ok"),
  ]);
  for (const pieceBytes of [1, 7, 1_000]) {
    assert.deepEqual(
      (await read(bytes, pieceBytes)).map(({ content }) => content),
      [{ text: "ok" }, { error: "too_long" }, { error: "not_utf8", byte: 0xff, at: 107 }, { text: "ok" }],
    );
  }
});
