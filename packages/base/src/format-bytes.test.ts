import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBytes } from "./format-bytes.js";

test("bytes are rounded to the unit that reads best", () => {
  assert.deepEqual([0, 999, 1_000, 1_234_567, 25e9, 3e15].map(formatBytes), [
    "0 B",
    "999 B",
    "1.0 kB",
    "1.2 MB",
    "25 GB",
    "3000 TB",
  ]);
});
