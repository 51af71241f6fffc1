import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { z } from "zod";
import { startTestRedis, type TestRedis } from "../testing/start-test-redis.js";
import { SharedCache } from "./shared-cache.js";

const { signal } = new AbortController();

let server: TestRedis;
let cache: SharedCache<string>;
before(async () => {
  server = await startTestRedis();
  cache = new SharedCache({ redis: server.redis, schema: z.string() });
});
after(() => server.stop());

test("of several that need one value at the same time one computes it", async () => {
  let computed = 0;
  const compute = async () => ({ value: `value ${++computed}`, ttlMs: 60_000 });
  const results = await Promise.all([1, 2, 3].map(() => cache.getOrCompute("one", compute, signal)));
  assert.deepEqual(
    results.map(({ value }) => value),
    ["value 1", "value 1", "value 1"],
  );
  assert.equal(results.filter(({ isHit }) => isHit).length, 2);
  assert.deepEqual(await server.redis.keys("*:claim"), []);
});

test("an entry that cannot be read counts as missing", async () => {
  await server.redis.set("{bullpen}:damaged", "garbage");
  const compute = async () => ({ value: "x", ttlMs: 60_000 });
  assert.deepEqual(await cache.getOrCompute("damaged", compute, signal), { value: "x", isHit: false });
  assert.deepEqual(await cache.getOrCompute("damaged", compute, signal), { value: "x", isHit: true });
});

test("after a failure the next computes, and nobody waits for a claim", async () => {
  const failed = new Error("failed");
  await assert.rejects(
    cache.getOrCompute("failing", () => Promise.reject(failed), signal),
    failed,
  );
  const { value } = await cache.getOrCompute("failing", async () => ({ value: "x", ttlMs: 60_000 }), signal);
  assert.equal(value, "x");
});

test("one that waits for another's value is let go when its signal aborts", async () => {
  await server.redis.set("{bullpen}:held:claim", "other");
  const controller = new AbortController();
  const stop = new Error("stop");
  const waiting = cache.getOrCompute(
    "held",
    () => Promise.reject(new Error("not reached")),
    controller.signal,
  );
  controller.abort(stop);
  await assert.rejects(waiting, stop);
});
