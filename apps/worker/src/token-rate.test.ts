import assert from "node:assert/strict";
import { test } from "node:test";
import { TokenRate } from "./token-rate.js";

test("a rate is that of the last half minute", () => {
  let seconds = 0;
  const rate = new TokenRate(() => seconds * 1_000);
  const after = (pause: number, total: number) => {
    seconds += pause;
    return rate.perSecond(total);
  };
  assert.equal(after(0, 0), 0);
  assert.equal(after(10, 1_000), 100);
  assert.equal(after(10, 3_000), 150);
  assert.equal(after(10, 3_000), 100);
  assert.equal(after(10, 3_000), 2_000 / 30);
  assert.equal(after(10, 3_000), 0);
  assert.equal(after(100, 4_000), 10);
});
