import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseGroupSize } from "./choose-group-size.js";

/** A model of 40 units, and a unit for each slot. */
const slotsIn = async (bytes: number) => Math.max(0, bytes - 40);
const choose = (freeBytes: (number | undefined)[], slots?: number) =>
  chooseGroupSize({ freeBytes, slotsIn, ...(slots !== undefined && { slots }) });

test("each GPU gets a worker where it holds the model with enough slots", async () => {
  assert.deepEqual(await choose([80, 80, 80, 80]), {
    size: 1,
    reason: "1 GPU holds the model with 40 slots",
  });
  assert.equal((await choose([56, 56])).size, 1);
});

test("GPUs are grouped where one holds too few slots, or not even the model", async () => {
  assert.deepEqual(await choose([45, 45]), {
    size: 2,
    reason: "1 GPU holds 5 slots, 2 GPUs hold the model with 50 slots",
  });
  const four = await choose([15, 15, 15, 15, 15, 15, 15, 15]);
  assert.deepEqual(four, {
    size: 4,
    reason: "1 GPU holds no slot, 2 GPUs hold no slot, 4 GPUs hold the model with 20 slots",
  });
});

test("the slots that are asked for decide", async () => {
  assert.equal((await choose([80, 80], 40)).size, 1);
  assert.equal((await choose([80, 80], 41)).size, 2);
  assert.equal((await choose([45, 45], 2)).size, 1);
});

test("the GPU with the least free memory decides", async () => {
  assert.equal((await choose([80, 41])).size, 2);
});

test("sizes divide the GPUs without a rest", async () => {
  assert.equal((await choose([30, 30, 30])).size, 3);
});

test("where nothing is enough one worker takes all, and the reason says so", async () => {
  assert.deepEqual(await choose([10, 10]), {
    size: 2,
    reason: "1 GPU holds no slot, 2 GPUs hold no slot, fewer than the 16 that are wanted",
  });
});

test("of GPUs whose memory is not known, such as slices of one, each gets a worker", async () => {
  assert.equal((await choose([80, undefined])).size, 1);
});
