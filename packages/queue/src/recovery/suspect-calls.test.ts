import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestRedis, type TestRedis } from "@bullpen/redis/testing";
import type { Job } from "bullmq";
import { type CallAdmission, SuspectCalls } from "./suspect-calls.js";

const { signal } = new AbortController();

let server: TestRedis;
let suspects: SuspectCalls;
before(async () => {
  server = await startTestRedis();
  suspects = new SuspectCalls(server.redis);
});
after(() => server.stop());

/** A call that was taken again after so many stalls. A cast: the parts that admission reads. */
function taken(id: string, stalledCounter: number): Job {
  return { id, stalledCounter } as Job;
}

function release(admission: CallAdmission): void {
  assert.ok("release" in admission);
  admission.release();
}

test("a call that never stalled runs at once and writes nothing", async () => {
  release(await suspects.admit(taken("never", 0), signal));
  assert.deepEqual(await server.redis.keys("*tool-begun*"), []);
});

test("after one crash calls run side by side, after two one at a time", async () => {
  // Neither is released: both run at the same time.
  await Promise.all(["one", "two"].map((id) => suspects.admit(taken(id, 1), signal)));
  const running = await suspects.admit(taken("one", 2), signal);
  const waiting = suspects.admit(taken("two", 2), signal);
  const early = await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 20, "waits"))]);
  assert.equal(early, "waits");
  release(running);
  release(await waiting);
});

test("a call that ran at its third crash is given up; one that only waited is not", async () => {
  for (const stalls of [1, 2]) release(await suspects.admit(taken("guilty", stalls), signal));
  release(await suspects.admit(taken("bystander", 1), signal));
  const admission = await suspects.admit(taken("guilty", 3), signal);
  assert.ok("deadly" in admission);
  assert.equal(admission.deadly.is_error, true);
  assert.match(admission.deadly.observation, /died each of the 3 times/);
  release(await suspects.admit(taken("bystander", 3), signal));
});

test("a call that waits for its turn rejects when its signal aborts, and that wait is no crash", async () => {
  for (const id of ["runs", "waits"]) release(await suspects.admit(taken(id, 1), signal));
  const running = await suspects.admit(taken("runs", 2), signal);
  const stop = new Error("stop");
  await assert.rejects(suspects.admit(taken("waits", 2), AbortSignal.abort(stop)), stop);
  assert.equal(await server.redis.get("{bullpen}:tool-begun:waits"), "1");
  release(running);
});

test("what is stored of a call's crashes expires", async () => {
  release(await suspects.admit(taken("expires", 1), signal));
  assert.equal(await server.redis.ttl("{bullpen}:tool-begun:expires"), 3_600);
});
