import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { runWithin } from "./time-limit.js";

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

test("what runs over its time is aborted and late", async () => {
  assert.equal(await runWithin(5, new AbortController().signal, untilAborted), "late");
});

test("an abort from outside passes through with its reason, also one that came before", async () => {
  const outside = new AbortController();
  const running = runWithin(60_000, outside.signal, untilAborted);
  outside.abort("cancelled");
  await assert.rejects(running, (reason) => reason === "cancelled");
  await assert.rejects(runWithin(60_000, outside.signal, untilAborted), (reason) => reason === "cancelled");
});

test("nothing stays with a signal that outlives what ran", async () => {
  const outside = new AbortController();
  assert.equal(await runWithin(60_000, outside.signal, async () => "done"), "done");
  await assert.rejects(runWithin(60_000, outside.signal, async () => Promise.reject(new Error("failed"))));
  assert.equal(getEventListeners(outside.signal, "abort").length, 0);
});
