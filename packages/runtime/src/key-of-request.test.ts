import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOfRequest } from "./key-of-request.js";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

const CASES: readonly [header: string | undefined, key: string | undefined][] = [
  [undefined, undefined],
  ["Bearer bp_1", "bp_1"],
  ["bearer bp_1", "bp_1"],
  ["BEARER   bp_1 ", "bp_1"],
  [basic("user:bp_1"), "bp_1"],
  [basic(":bp_1"), "bp_1"],
  [basic("bp_1:"), "bp_1"],
  [basic("bp_1"), "bp_1"],
  [basic("user:a:b"), "a:b"],
  ["", ""],
  ["Bearer", ""],
  ["Bearer ", ""],
  ["bp_1", ""],
  ["Bearer a b", ""],
  ["Digest bp_1", ""],
  [`Bearer ${"x".repeat(100_000)}`, ""],
];

for (const [header, key] of CASES) {
  test(`the key in ${JSON.stringify(header?.slice(0, 40))}`, () => {
    assert.equal(keyOfRequest(header), key);
  });
}
