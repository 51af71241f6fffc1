import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRetryAfter } from "./parse-retry-after.js";

const NOW = Date.parse("2026-11-28T00:00:00Z");

for (const [header, expected] of [
  ["0", 0],
  ["120", 120_000],
  [" 1.5 ", 1_500],
  ["Sat, 28 Nov 2026 00:00:30 GMT", 30_000],
  ["Fri, 27 Nov 2026 00:00:00 GMT", 0],
  ["soon", undefined],
  ["", undefined],
  [null, undefined],
  [undefined, undefined],
] as const) {
  test(`Retry-After: ${JSON.stringify(header)}`, () => assert.equal(parseRetryAfter(header, NOW), expected));
}
