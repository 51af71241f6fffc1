import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { abortable } from "./abortable.js";
import { deferred } from "./deferred.js";

const STOP = new Error("stop");

test("the promise's outcome comes through, and no listener stays", async () => {
  const { signal } = new AbortController();
  assert.equal(await abortable(Promise.resolve(1), signal), 1);
  await assert.rejects(abortable(Promise.reject(STOP), signal), STOP);
  await Promise.resolve();
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("an abort rejects at once with the signal's reason, and the promise's later rejection is handled", async () => {
  const controller = new AbortController();
  const { promise, reject } = deferred<void>();
  const outcome = abortable(promise, controller.signal);
  controller.abort(STOP);
  await assert.rejects(outcome, STOP);
  reject(new Error("late"));
  await new Promise(setImmediate);
});

test("a signal that has aborted before takes precedence over a promise that has settled", async () => {
  await assert.rejects(abortable(Promise.resolve(1), AbortSignal.abort(STOP)), STOP);
});

test("without a signal the promise is returned", async () => {
  const promise = Promise.resolve(1);
  assert.equal(abortable(promise, undefined), promise);
});
