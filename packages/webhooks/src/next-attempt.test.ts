import assert from "node:assert/strict";
import { test } from "node:test";
import { DELIVERY_WINDOW_MS, nextAttemptAt } from "./next-attempt.js";

/** The seconds at which attempts are made when all fail. */
function attemptTimes(chance: number): number[] {
  const times = [0];
  for (;;) {
    const now = (times.at(-1) ?? 0) * 1_000;
    const next = nextAttemptAt({ attempts: times.length, firstAt: 0, now, chance });
    if (next === undefined) return times;
    times.push(next / 1_000);
  }
}

test("attempts go on for 24 hours, ever more slowly, the last at their end", () => {
  const times = attemptTimes(0);
  assert.deepEqual(times.slice(0, 6), [0, 5, 25, 105, 425, 1_705]);
  assert.equal(times.at(-1), DELIVERY_WINDOW_MS / 1_000);
  assert.equal(times.length, 11);
});

test("chance shortens a pause by a fifth at most", () => {
  assert.equal(nextAttemptAt({ attempts: 1, firstAt: 0, now: 0, chance: 1 }), 4_000);
  assert.ok(attemptTimes(1).length <= 13);
});

test("a receiver may ask for more time, and not forever", () => {
  const failure = { attempts: 1, firstAt: 0, now: 0, chance: 0 };
  assert.equal(nextAttemptAt({ ...failure, retryAfterMs: 60_000 }), 60_000);
  assert.equal(nextAttemptAt({ ...failure, retryAfterMs: 1_000 }), 5_000);
  assert.equal(nextAttemptAt({ ...failure, retryAfterMs: 10 * DELIVERY_WINDOW_MS }), 6 * 3_600_000);
  const late = { ...failure, now: DELIVERY_WINDOW_MS - 1, retryAfterMs: 60_000 };
  assert.equal(nextAttemptAt(late), DELIVERY_WINDOW_MS);
});
