import assert from "node:assert/strict";
import { test } from "node:test";
import { isQueryId, newId, queryIdTime, toolJobId } from "./ids.js";

test("ids are unique, sort by the order in which they were made, and tell their time", () => {
  const before = Date.now();
  const ids = Array.from({ length: 2_000 }, () => newId("query"));
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids.toSorted(), ids);
  assert.ok(ids.every(isQueryId));
  assert.ok(ids.every((id) => queryIdTime(id) >= before && queryIdTime(id) <= Date.now()));
});

test("a tool call's job id follows from query and step, and holds no colon", () => {
  assert.equal(toolJobId("query_0a", 3), "query_0a-3");
});

test("what is no query id is told apart", () => {
  for (const text of ["", "query_", "batch_000000000000000000000000", "query_00000000000000000000000G"]) {
    assert.equal(isQueryId(text), false);
  }
});
