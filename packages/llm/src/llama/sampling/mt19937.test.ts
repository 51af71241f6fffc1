import assert from "node:assert/strict";
import { test } from "node:test";
import { firstUniform } from "./mt19937.js";

test("the random number is that of C++'s Mersenne Twister", () => {
  // The first two outputs for its default seed, as the C++ standard's engine has them.
  assert.equal(firstUniform(5489), (3_499_211_612 + 581_869_302 * 2 ** 32) / 2 ** 64);
});
