import assert from "node:assert/strict";
import { test } from "node:test";
import { Semaphore } from "./semaphore.js";

const STOP = new Error("stop");

test("admits its count, then one for each release, in the order of asking", async () => {
  const semaphore = new Semaphore(2);
  const admitted: number[] = [];
  const turns = [0, 1, 2, 3].map(async (i) => {
    const release = await semaphore.acquire();
    admitted.push(i);
    return release;
  });
  const [first, second] = [await turns[0], await turns[1]];
  await new Promise(setImmediate);
  assert.deepEqual(admitted, [0, 1]);
  second?.();
  second?.(); // a second call releases nothing
  await turns[2];
  await new Promise(setImmediate);
  assert.deepEqual(admitted, [0, 1, 2]);
  first?.();
  await turns[3];
  assert.deepEqual(admitted, [0, 1, 2, 3]);
});

test("an aborted caller leaves the queue, and the next one takes its place", async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire();
  const controller = new AbortController();
  const aborted = semaphore.acquire(controller.signal);
  const next = semaphore.acquire();
  controller.abort(STOP);
  await assert.rejects(aborted, STOP);
  release();
  (await next)();
  await assert.rejects(semaphore.acquire(AbortSignal.abort(STOP)), STOP);
  (await semaphore.acquire())();
});

test("a turn that comes in the moment of an abort is not lost", async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire();
  const controller = new AbortController();
  const aborted = semaphore.acquire(controller.signal);
  controller.abort(STOP);
  release();
  await assert.rejects(aborted, STOP);
  (await semaphore.acquire())();
});
