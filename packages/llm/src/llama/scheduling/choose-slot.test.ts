import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseSlot } from "./choose-slot.js";

function slot(id: number, prefix: number, lastKey?: string) {
  return { id, prefix, lastKey, isAwaited: false, lastUse: 0 };
}

function awaitedSlot(id: number, prefix: number, lastUse: number) {
  return { ...slot(id, prefix, `query-${id}`), isAwaited: true, lastUse };
}
const prefixOf = (candidate: { prefix: number }) => candidate.prefix;

test("the slot that served the same key last is taken whatever its id", () => {
  const free = [slot(0, 350), slot(7, 400, "query-1"), slot(3, 380, "query-2")];
  assert.equal(chooseSlot(free, "query-1", prefixOf).id, 7);
});

test("otherwise the longest common prefix wins", () => {
  assert.equal(chooseSlot([slot(0, 0), slot(4, 350)], "query-1", prefixOf).id, 4);
});

test("a few tokens more are not worth a gap between the busy sequences", () => {
  assert.equal(chooseSlot([slot(9, 352), slot(4, 350), slot(5, 350)], undefined, prefixOf).id, 4);
});

test("empty slots are filled from below", () => {
  assert.equal(chooseSlot([slot(2, 0), slot(1, 0)], undefined, prefixOf).id, 1);
});

test("a slot whose conversation continues is taken last, and of those the one unused the longest first", () => {
  const awaited = [awaitedSlot(0, 400, 7), awaitedSlot(1, 400, 3), awaitedSlot(2, 400, 5)];
  assert.equal(chooseSlot([...awaited, slot(9, 0)], "fresh", prefixOf).id, 9);
  assert.equal(chooseSlot(awaited, "fresh", prefixOf).id, 1);
  assert.equal(chooseSlot(awaited, "query-2", prefixOf).id, 2);
});
