import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { abortable } from "./abortable.js";
import { runWithTimeout, TIMED_OUT } from "./run-with-timeout.js";

const untilAborted = (signal: AbortSignal) => abortable(new Promise<never>(() => {}), signal);

test("returns the outcome, and leaves no listener", async () => {
  const { signal } = new AbortController();
  assert.equal(await runWithTimeout(async () => 1, { ms: 60_000, signal }), 1);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("says so when the time is over", async () => {
  const { signal } = new AbortController();
  assert.equal(await runWithTimeout(untilAborted, { ms: 1, signal }), TIMED_OUT);
});

test("rejects with the reason of the caller's signal", async () => {
  const stop = new Error("stop");
  const controller = new AbortController();
  const outcome = runWithTimeout(untilAborted, { ms: 60_000, signal: controller.signal });
  controller.abort(stop);
  await assert.rejects(outcome, stop);
  await assert.rejects(runWithTimeout(untilAborted, { ms: 60_000, signal: AbortSignal.abort(stop) }), stop);
});

test("leaves no listener when what it runs rejects", async () => {
  const { signal } = new AbortController();
  await assert.rejects(
    runWithTimeout(async () => Promise.reject(new Error("failed")), { ms: 60_000, signal }),
  );
  assert.equal(getEventListeners(signal, "abort").length, 0);
});
