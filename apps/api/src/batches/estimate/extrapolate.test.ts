import assert from "node:assert/strict";
import { test } from "node:test";
import { extrapolate } from "./extrapolate.js";

test("the interval is Student's t of the sample, narrowed by the share that was sampled", () => {
  // Mean 30, standard deviation 15.811, 4 degrees of freedom: 30 ± 2.776 × 15.811 / √5, times 1,000.
  const { estimate, low, high } = extrapolate([10, 20, 30, 40, 50], 1_000);
  const width = 2.776 * (15.8114 / Math.sqrt(5)) * Math.sqrt(1 - 5 / 1_000) * 1_000;
  assert.equal(estimate, 30_000);
  assert.ok(Math.abs(high - estimate - width) < 5, `${high - estimate} is about ${width}`);
  assert.ok(Math.abs(estimate - low - width) < 5);
});

test("19 degrees of freedom have a critical value of 2.093", () => {
  const sample = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 0 : 2));
  const { high, estimate } = extrapolate(sample, 1_000_000_000);
  const error = Math.sqrt(20 / 19 / 20) * 1_000_000_000;
  assert.ok(Math.abs((high - estimate) / error - 2.093) < 0.001);
});

test("a sample of all lines is exact, and no sum is below nothing", () => {
  assert.deepEqual(extrapolate([1, 2, 3], 3), { estimate: 6, low: 6, high: 6 });
  assert.equal(extrapolate([0, 0, 100], 1_000).low, 0);
});

test("of many samples of skewed values about 95 in 100 have the truth in their interval", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const values = Array.from({ length: 5_000 }, () => Math.round(20 - 30 * Math.log(1 - random())));
  const truth = values.reduce((sum, value) => sum + value, 0);
  const isHit = () => {
    const sample = Array.from({ length: 20 }, () => values[Math.floor(random() * values.length)] ?? 0);
    const { low, high } = extrapolate(sample, values.length);
    return low <= truth && truth <= high;
  };
  const hits = Array.from({ length: 2_000 }, isHit).filter(Boolean).length;
  assert.ok(hits > 2_000 * 0.89 && hits < 2_000 * 0.98, `${hits} of 2,000`);
});
