import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText, foreignFormat, invalidUtf8At } from "./text-encoding.js";

const TEXT = "Grüße, 日本 😀\n";
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();

test("UTF-8 with and without a mark and UTF-16 with one are the same text", () => {
  const utf16 = Buffer.from(`\uFEFF${TEXT}`, "utf16le");
  for (const bytes of [Buffer.from(TEXT), Buffer.from(`\uFEFF${TEXT}`), utf16, swapped(utf16)]) {
    assert.deepEqual(decodeText(bytes), { text: TEXT });
  }
  assert.deepEqual(decodeText(new Uint8Array()), { text: "" });
});

test("what is no text is told with the remedy", () => {
  const problems: [bytes: Buffer, problem: RegExp][] = [
    [Buffer.from("zw\xf6lf", "latin1"), /^The byte 0xF6 at offset 2 is not valid UTF-8\. .*iconv -f latin1/],
    [Buffer.from(TEXT, "utf16le"), /NUL/],
    [Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]), /UTF-32.*iconv -f utf-32/],
    [Buffer.from([0xff, 0xfe, 0x00, 0xd8]), /not valid UTF-16/],
    [Buffer.from([0x1f, 0x8b, 8, 0]), /gunzip/],
    [Buffer.from("PK\x03\x04..."), /CSV/],
    [Buffer.from("%PDF-1.7"), /PDF/],
  ];
  for (const [bytes, problem] of problems) {
    const decoded = decodeText(bytes);
    assert.match("problem" in decoded ? decoded.problem : decoded.text, problem);
  }
  assert.match(foreignFormat(Buffer.from([0xfe, 0xff])) ?? "", /UTF-16.*iconv -f utf-16 -t utf-8/);
  assert.equal(foreignFormat(Buffer.from("plain")), undefined);
});

test("the first byte that is not UTF-8 is found wherever it is", () => {
  const places: [bytes: number[], at: number | undefined][] = [
    [[0x41, 0x42], undefined],
    [[0xef, 0xbf, 0xbd], undefined], // a U+FFFD of the text's own
    [[0xef, 0xbb, 0xbf, 0x41, 0xff], 4],
    [[0x41, 0xc3], 1], // cut off
    [[0x41, 0xc3, 0x28], 1],
    [[0xed, 0xa0, 0x80], 0], // a lone surrogate
    [[0x41, 0xc0, 0xaf], 1], // longer than it need be
    [[0xf4, 0x90, 0x80, 0x80], 0], // beyond U+10FFFF
  ];
  for (const [bytes, at] of places) assert.equal(invalidUtf8At(Uint8Array.from(bytes)), at);
});
