import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextCycle } from "node:timers/promises";
import { StepBarrier } from "./step-barrier.js";

test("no step returns before all that are under way are done", async () => {
  const barrier = new StepBarrier();
  const order: string[] = [];
  let finishSlow = () => {};
  const slow = new Promise<void>((resolve) => {
    finishSlow = resolve;
  });
  const steps = Promise.all([
    barrier.step(async () => order.push("quick done")).then(() => order.push("quick back")),
    barrier.step(() => slow).then(() => order.push("slow back")),
  ]);
  const newcomer = barrier.join().then(() => order.push("newcomer in"));
  await nextCycle();
  assert.deepEqual(order, ["quick done"]);
  finishSlow();
  await Promise.all([steps, newcomer]);
  assert.deepEqual(order.slice(1).sort(), ["newcomer in", "quick back", "slow back"]);
});

test("a step that fails lets the others go on", async () => {
  const barrier = new StepBarrier();
  const failing = barrier.step(() => Promise.reject(new Error("decode failed")));
  const working = barrier.step(() => Promise.resolve(7));
  await assert.rejects(failing, /decode failed/);
  assert.equal(await working, 7);
  await barrier.join();
});
