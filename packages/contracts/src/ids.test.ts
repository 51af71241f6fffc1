import assert from "node:assert/strict";
import { test } from "node:test";
import { derivedId, idTime, isId, newId, placedId, toolJobId } from "./ids.js";

test("ids are unique, sort by the order in which they were made, and tell their time", () => {
  const before = Date.now();
  const ids = Array.from({ length: 2_000 }, () => newId("query"));
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids.toSorted(), ids);
  assert.ok(ids.every((id) => isId("query", id)));
  assert.ok(ids.every((id) => idTime(id) >= before && idTime(id) <= Date.now()));
});

test("ids sort by the order in which they were made when many are made in a millisecond, and when the clock is set", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_700_000_000_000 });
  const many = Array.from({ length: 36 ** 3 + 10 }, () => newId("query"));
  t.mock.timers.setTime(1_699_999_999_500);
  many.push(newId("query"));
  t.mock.timers.setTime(1_700_000_000_000);
  many.push(newId("query"));
  assert.deepEqual(many.toSorted(), many);
  t.mock.timers.setTime(1_600_000_000_000);
  assert.equal(idTime(newId("query")), 1_600_000_000_000, "a clock that is set far back is believed");
});

test("ids of what one request creates are the same each time and sort by their place", () => {
  const base = newId("query");
  const ids = Array.from({ length: 2_000 }, (_, place) => placedId("query", base, place));
  assert.deepEqual(ids.toSorted(), ids);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => isId("query", id) && idTime(id) === idTime(base)));
  assert.equal(placedId("query", base, 7), ids[7]);
  assert.notEqual(placedId("query", newId("query"), 7), ids[7]);
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
