import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { unpacked } from "./unpack.js";

async function unpack(bytes: Uint8Array, maxBytes = 1_000_000, step = 1): Promise<string> {
  async function* source() {
    for (let at = 0; at < bytes.byteLength; at += step) yield bytes.subarray(at, at + step);
  }
  const parts: Uint8Array[] = [];
  for await (const part of unpacked(source(), { name: "file", maxBytes })) parts.push(part);
  return Buffer.concat(parts).toString();
}

test("gzip is told by its first bytes, however the source is cut; all else passes as it is", async () => {
  const text = "one\ntwo\n".repeat(100);
  const parts = [text.slice(0, 100), text.slice(100)];
  assert.equal(await unpack(gzipSync(text)), text);
  assert.equal(await unpack(Buffer.concat(parts.map((part) => gzipSync(part)))), text, "of two members");
  for (const plain of ["", "\x1f", "plain"]) assert.equal(await unpack(Buffer.from(plain)), plain);
});

test("what is damaged, cut off or too large unpacked is an error that says so", async () => {
  const packed = gzipSync("text ".repeat(1_000));
  const flipped = Buffer.from(packed);
  flipped[20] = (flipped[20] ?? 0) ^ 0xff;
  for (const bytes of [packed.subarray(0, 20), packed.subarray(0, -1), flipped]) {
    await assert.rejects(unpack(bytes), /file: Its gzip data is damaged or cut off .*gzip -t/);
  }
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  await assert.rejects(unpack(bomb, 100_000, 1_000), /has more than .* unpacked\. Split it/);
});

test("an error of the source is passed on as it is", async () => {
  async function* source() {
    yield gzipSync("text").subarray(0, 10);
    throw new TypeError("away");
  }
  const all = async () => {
    for await (const _ of unpacked(source(), { name: "file", maxBytes: 100 }));
  };
  await assert.rejects(all, /^TypeError: away/);
});
