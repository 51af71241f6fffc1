import assert from "node:assert/strict";
import { test } from "node:test";
import { promptLookupDraft } from "./prompt-lookup.js";

const SOURCE = [1, 2, 3, 4, 9, 2, 3, 7, 8];

test("the draft is what follows the longest match, and no longer than asked for", () => {
  assert.deepEqual(promptLookupDraft(SOURCE, [5, 9, 2, 3], 8), [7, 8]);
  assert.deepEqual(promptLookupDraft(SOURCE, [1, 2, 3], 8), [4, 9, 2, 3, 7, 8]);
  assert.deepEqual(promptLookupDraft(SOURCE, [1, 2, 3], 2), [4, 9]);
  assert.deepEqual(promptLookupDraft(SOURCE, [2, 3], 1), [4], "of equal places the first");
});

test("there is no draft from one token, without a match, or at the end of the source", () => {
  assert.deepEqual(promptLookupDraft(SOURCE, [6, 3], 8), []);
  assert.deepEqual(promptLookupDraft(SOURCE, [5, 6], 8), []);
  assert.deepEqual(promptLookupDraft(SOURCE, [7, 8], 8), []);
  assert.deepEqual(promptLookupDraft([], [7, 8], 8), []);
  assert.deepEqual(promptLookupDraft(SOURCE, [1, 2], 0), []);
});
