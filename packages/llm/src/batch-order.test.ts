import assert from "node:assert/strict";
import { test } from "node:test";
import { fillBatch } from "./batch-order.js";

function item(sequence: number, count: number) {
  return { sequence, count };
}

/** [sequence, tokens] of a filled batch. */
function fill(size: number, ...items: ReturnType<typeof item>[]): [number, number][] {
  return fillBatch(items, size).map(({ item, take }) => [item.sequence, take]);
}

test("a batch is sorted by sequence", () => {
  assert.deepEqual(fill(16, item(12, 1), item(0, 1), item(5, 1)), [
    [0, 1],
    [5, 1],
    [12, 1],
  ]);
});

test("generating sequences get their place before a prompt that came earlier", () => {
  assert.deepEqual(fill(8, item(0, 20), item(1, 1), item(2, 1)), [
    [0, 6],
    [1, 1],
    [2, 1],
  ]);
});

test("prompts are served in the order in which they came", () => {
  assert.deepEqual(fill(30, item(3, 20), item(1, 20), item(2, 20)), [
    [1, 10],
    [3, 20],
  ]);
});

test("the tokens of one step are not cut apart", () => {
  assert.deepEqual(fill(10, item(0, 6), item(1, 6), item(2, 2)), [
    [0, 6],
    [2, 2],
  ]);
});
