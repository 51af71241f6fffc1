import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseBest, findDoubt, isBetter, type Measurement, rateOf, spreadOf } from "./choose.js";

function measured(slots: number, rates: number[], threads = 1): Measurement {
  return { slots, threads, rates };
}

test("a measurement's rate is its middle window, its spread how far they lie apart", () => {
  const even = measured(8, [100, 90, 110, 104]);
  assert.equal(rateOf(even), 102);
  assert.equal(spreadOf(even), 20 / 102);
  assert.equal(rateOf(measured(8, [5, 1, 9])), 5);
  assert.equal(spreadOf(measured(8, [0, 0])), Number.POSITIVE_INFINITY);
});

test("the best wins; of those as good the one with the fewest slots, then threads", () => {
  const choose = (...all: [number, number, number][]) => {
    const best = chooseBest(all.map(([slots, threads, rate]) => measured(slots, [rate], threads)));
    return best && [best.slots, best.threads];
  };
  assert.deepEqual(choose([8, 1, 50], [16, 1, 100], [32, 1, 120]), [32, 1]);
  assert.deepEqual(choose([8, 1, 98], [16, 1, 100], [32, 1, 100]), [8, 1]);
  assert.deepEqual(choose([16, 2, 100], [16, 1, 99]), [16, 1]);
  assert.equal(choose(), undefined);
});

test("better is more than a little", () => {
  assert.ok(isBetter(measured(2, [110]), measured(1, [100])));
  assert.ok(!isBetter(measured(2, [102]), measured(1, [100])));
});

test("measurements that something disturbed are not chosen from", () => {
  const steady = measured(8, [100, 101, 99, 100]);
  assert.equal(findDoubt([steady]), undefined);
  assert.match(findDoubt([steady, measured(16, [100, 100, 60, 100])]) ?? "", /^1 of 2 .* up to 40 %/);
});
