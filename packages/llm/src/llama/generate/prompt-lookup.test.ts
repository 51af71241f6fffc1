import assert from "node:assert/strict";
import { test } from "node:test";
import { draftFrom } from "./prompt-lookup.js";

const SOURCE = [1, 2, 3, 4, 9, 2, 3, 7, 8];

test("what follows the place that agrees the longest is guessed, and no more than asked for", () => {
  assert.deepEqual(draftFrom(SOURCE, [5, 9, 2, 3], 8), [7, 8]);
  assert.deepEqual(draftFrom(SOURCE, [1, 2, 3], 8), [4, 9, 2, 3, 7, 8]);
  assert.deepEqual(draftFrom(SOURCE, [1, 2, 3], 2), [4, 9]);
  assert.deepEqual(draftFrom(SOURCE, [2, 3], 1), [4], "of equal places the first");
});

test("nothing is guessed from one token, from none that agree, or at the end of the source", () => {
  assert.deepEqual(draftFrom(SOURCE, [6, 3], 8), []);
  assert.deepEqual(draftFrom(SOURCE, [5, 6], 8), []);
  assert.deepEqual(draftFrom(SOURCE, [7, 8], 8), []);
  assert.deepEqual(draftFrom([], [7, 8], 8), []);
  assert.deepEqual(draftFrom(SOURCE, [1, 2], 0), []);
});
