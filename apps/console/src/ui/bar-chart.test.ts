import assert from "node:assert/strict";
import { test } from "node:test";
import { ticksOf } from "./bar-chart.js";

test("ticks are few whole numbers that reach the highest value", () => {
  assert.deepEqual(ticksOf(0), [0, 1]);
  assert.deepEqual(ticksOf(3), [0, 1, 2, 3]);
  assert.deepEqual(ticksOf(10), [0, 5, 10]);
  assert.deepEqual(ticksOf(950), [0, 500, 1_000]);
  for (let highest = 1; highest < 1e12; highest = Math.ceil(highest * 1.37)) {
    const ticks = ticksOf(highest);
    assert.ok(ticks.length >= 2 && ticks.length <= 5, `${highest}: ${ticks}`);
    assert.ok((ticks.at(-1) ?? 0) >= highest && ticks.every(Number.isInteger), `${highest}: ${ticks}`);
  }
});
