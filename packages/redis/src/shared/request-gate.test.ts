import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestRedis, type TestRedis } from "../testing/start-test-redis.js";
import { RequestGate } from "./request-gate.js";

let server: TestRedis;
before(async () => {
  server = await startTestRedis();
});
after(() => server.stop());

/** Pauses have no random part: `random` is what makes the factor 1. */
function gate(name: string, overrides = {}): RequestGate {
  return new RequestGate({ redis: server.redis, name, perMinute: 60, random: () => 0.5, ...overrides });
}

test("turns follow each other at the interval of the limit, and one that is too far away is not given", async () => {
  const one = gate("rate");
  const other = gate("rate");
  assert.deepEqual(await one.admit(0), { verdict: "go", waitMs: 0 });
  const second = await other.admit(5_000);
  assert.equal(second.verdict, "go");
  assert.ok(second.waitMs > 500 && second.waitMs <= 1_000, `${second.waitMs}`);
  const third = await one.admit(100);
  assert.equal(third.verdict, "busy");
  assert.ok(third.waitMs > 1_000 && third.waitMs <= 2_000, `${third.waitMs}`);
});

test("failures in a row open the circuit, then one probe may go, and its success closes it", async () => {
  const one = gate("circuit", { perMinute: 60_000, threshold: 2, backOffMs: 1, openMs: 600_000 });
  assert.equal(await one.state(), "closed");
  await one.report(false);
  await one.report(false);
  assert.equal(await one.state(), "open");
  assert.equal((await one.admit(60_000)).verdict, "open");
  await server.redis.hset("{bullpen}:circuit", "open_until", 0);
  assert.equal(await one.state(), "half_open");
  assert.equal((await one.admit(60_000)).verdict, "go");
  assert.equal((await one.admit(60_000)).verdict, "open", "one probe at a time");
  await one.report(true);
  assert.equal(await one.state(), "closed");
  assert.equal((await one.admit(60_000)).verdict, "go");
});

test("state that cannot be read, or is further ahead than any pause, counts as missing", async () => {
  await server.redis.set("{bullpen}:typed", "no hash");
  assert.equal((await gate("typed").admit(0)).verdict, "go");
  await server.redis.hset("{bullpen}:ahead", { next: Number.MAX_SAFE_INTEGER, failures: "many" });
  assert.equal((await gate("ahead").admit(0)).verdict, "go");
});
