import assert from "node:assert/strict";
import { test } from "node:test";
import { planSlots } from "./plan-slots.js";

/** A context takes 100 bytes a token, and 10,000 for its buffers. */
function plan(freeBytes: number, contextTokens = 4_096, maxSlots = 64) {
  const estimateBytes = async (slots: number, tokens: number) => slots * tokens * 100 + 10_000;
  return planSlots({ contextTokens, maxSlots, freeBytes, estimateBytes });
}

test("the plan has as many slots as fit, and no more than are useful", async () => {
  assert.equal((await plan(1e9))?.slots, 64);
  const some = await plan(5_000_000);
  assert.deepEqual(some, { slots: 10, contextTokens: 4_096, bytes: 10 * 409_600 + 10_000 });
  assert.equal((await plan(5_000_000, 4_096, 7))?.slots, 7);
});

test("contexts get shorter until a slot fits; there is no plan when the shortest does not fit", async () => {
  assert.deepEqual(await plan(300_000), { slots: 1, contextTokens: 2_048, bytes: 214_800 });
  assert.equal(await plan(50_000), undefined);
});
