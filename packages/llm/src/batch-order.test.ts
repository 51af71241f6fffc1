import assert from "node:assert/strict";
import { test } from "node:test";
import type { BatchItem } from "node-llama-cpp";
import { fillBatchBySequence, priorityOfSequence } from "./batch-order.js";

function item(sequence: number, tokens: number): BatchItem {
  return { tokens: Array(tokens).fill(0), logits: [], evaluationPriority: priorityOfSequence(sequence) };
}

/** [sequence, tokens] of a filled batch. */
function fill(size: number, ...items: BatchItem[]): [number, number][] {
  return fillBatchBySequence({ items, size }).map(({ item, processAmount }) => [
    item.evaluationPriority,
    processAmount,
  ]);
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
  assert.deepEqual(fill(10, item(3, 8), item(1, 8), item(2, 8)), [
    [1, 2],
    [3, 8],
  ]);
});
