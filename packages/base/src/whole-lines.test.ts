import assert from "node:assert/strict";
import { test } from "node:test";
import { wholeLines } from "./whole-lines.js";

test("only whole lines are written, also when a character is cut in two", () => {
  const written: string[] = [];
  const add = wholeLines((lines) => written.push(lines));
  const bytes = Buffer.from("ä1\nb2\nc");
  for (const at of [
    [0, 1],
    [1, 3],
    [3, 8],
  ] as const)
    add(bytes.subarray(...at));
  assert.deepEqual(written, ["ä1\nb2\n"]);
  add(Buffer.from("3\n"));
  assert.deepEqual(written, ["ä1\nb2\n", "c3\n"]);
});
