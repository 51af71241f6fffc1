import assert from "node:assert/strict";
import { test } from "node:test";
import { derivedId, idTime, isId, newId, toolJobId } from "./ids.js";

test("ids are unique, sort by the order in which they were made, and tell their time", () => {
  const before = Date.now();
  const ids = Array.from({ length: 2_000 }, () => newId("query"));
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids.toSorted(), ids);
  assert.ok(ids.every((id) => isId("query", id)));
  assert.ok(ids.every((id) => idTime(id) >= before && idTime(id) <= Date.now()));
});

test("a tool call's job id follows from query and step, and holds no colon", () => {
  assert.equal(toolJobId("query_0a", 3), "query_0a-3");
});

test("what is no query id is told apart", () => {
  for (const text of ["", "query_", "batch_000000000000000000000000", "query_00000000000000000000000G"]) {
    assert.equal(isId("query", text), false);
  }
});

test("an id that follows from another has its time, and differs by name", () => {
  const batch = newId("batch");
  const ids = Array.from({ length: 1_000 }, (_, line) => derivedId("query", batch, String(line)));
  assert.ok(ids.every((id) => isId("query", id) && idTime(id) === idTime(batch)));
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(derivedId("query", batch, "7"), ids[7]);
  assert.ok(isId("file", derivedId("file", batch, "output")));
});
