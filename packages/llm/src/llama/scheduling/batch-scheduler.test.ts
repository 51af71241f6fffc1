import assert from "node:assert/strict";
import { test } from "node:test";
import { type FillBatchOptions, fillBatch, MAX_DECODE_TOKENS } from "./batch-scheduler.js";

function item(sequence: number, count: number) {
  return { sequence, count, kind: count > MAX_DECODE_TOKENS ? ("prefill" as const) : ("decode" as const) };
}

/** [sequence, tokens] of a filled batch. */
function fill(size: number, ...items: ReturnType<typeof item>[]): [number, number][] {
  return fillOn({ size, ubatchCost: 0 }, ...items);
}

function fillOn(options: FillBatchOptions, ...items: ReturnType<typeof item>[]): [number, number][] {
  return fillBatch(items, options).map(({ item, take }) => [item.sequence, take]);
}

test("a batch is sorted by sequence", () => {
  assert.deepEqual(fill(16, item(12, 1), item(0, 1), item(5, 1)), [
    [0, 1],
    [5, 1],
    [12, 1],
  ]);
});

test("decoding sequences take precedence over a prompt that came earlier", () => {
  assert.deepEqual(fill(8, item(0, 20), item(1, 1), item(2, 1)), [
    [0, 6],
    [1, 1],
    [2, 1],
  ]);
});

test("prompts are served in order of arrival", () => {
  assert.deepEqual(fill(30, item(3, 20), item(1, 20), item(2, 20)), [
    [1, 10],
    [3, 20],
  ]);
});

const GPU: FillBatchOptions = { size: 2_048, ubatchCost: 1 };

/** What each of sequences of these lengths may bring on a GPU. */
function takes(...counts: number[]): number[] {
  return fillOn(GPU, ...counts.map((count, sequence) => item(sequence, count))).map(([, take]) => take);
}

test("on a GPU a longer request waits until it is worth a pass of its own", () => {
  assert.deepEqual(takes(7), [7]);
  assert.deepEqual(takes(7, 1, 1, 1), [7, 1, 1, 1]);
  assert.deepEqual(takes(7, ...Array(9).fill(1)), Array(10).fill(1));
  assert.deepEqual(takes(350, ...Array(9).fill(1)), [350, ...Array(9).fill(1)]);
});

test("on a GPU sequences of one length share a batch, and the excess of a few is decoded later", () => {
  assert.deepEqual(takes(8, 8, 8, 8), [8, 8, 8, 8]);
  assert.deepEqual(takes(9, 8, 8, 8), [8, 8, 8, 8]);
  assert.deepEqual(takes(20, 8, 8, 8), [20, 8, 8, 8]);
});
