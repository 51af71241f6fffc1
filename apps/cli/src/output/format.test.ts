import assert from "node:assert/strict";
import { test } from "node:test";
import { formatLines, formatRate, formatSeconds } from "./format.js";

test("quantities are rounded to readable units", () => {
  assert.deepEqual([0, 59.4, 60, 192, 18_240, 183_600].map(formatSeconds), [
    "0 s",
    "59 s",
    "1 min",
    "3 min 12 s",
    "5 h 4 min",
    "2 d 3 h",
  ]);
  assert.deepEqual([0.44, 9.5, 1_250.4].map(formatRate), ["0.4", "9.5", "1,250"]);
  assert.deepEqual([1, 0, 12_345].map(formatLines), ["1 line", "0 lines", "12,345 lines"]);
});
