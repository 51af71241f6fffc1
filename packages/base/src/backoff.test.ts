import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "./backoff.js";

test("pauses double up to the cap", () => {
  const pauseMs = backoff({ firstMs: 250, maxMs: 5_000 });
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7].map((n) => pauseMs(n)),
    [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000],
  );
});

test("pauses grow by the given factor", () => {
  const pauseMs = backoff({ firstMs: 5_000, maxMs: 6 * 3_600_000, factor: 4 });
  assert.deepEqual(
    [1, 2, 3].map((n) => pauseMs(n)),
    [5_000, 20_000, 80_000],
  );
});

test("the cap holds after any number of failures", () => {
  const pauseMs = backoff({ firstMs: 100, maxMs: 1_000 });
  for (const failures of [100, 10_000, Number.MAX_SAFE_INTEGER]) assert.equal(pauseMs(failures), 1_000);
});

test("jitter takes away at most its share", () => {
  const pauseMs = backoff({ firstMs: 1_000, maxMs: 60_000, jitter: 0.5 });
  assert.equal(pauseMs(1, 0), 1_000);
  assert.equal(pauseMs(1, 1), 500);
  for (let i = 0; i < 100; i++) {
    const pause = pauseMs(2);
    assert.ok(pause > 1_000 && pause <= 2_000, String(pause));
  }
});
