import assert from "node:assert/strict";
import { test } from "node:test";
import { pageIds } from "./paging.js";

test("a page begins after the given id, in either order, even when that id is gone", () => {
  const ids = ["a", "b", "d"];
  assert.deepEqual(pageIds(ids, "asc", undefined), ["a", "b", "d"]);
  assert.deepEqual(pageIds(ids, "desc", undefined), ["d", "b", "a"]);
  assert.deepEqual(pageIds(ids, "asc", "b"), ["d"]);
  assert.deepEqual(pageIds(ids, "desc", "c"), ["b", "a"]);
  assert.deepEqual(pageIds(ids, "desc", "a"), []);
});
