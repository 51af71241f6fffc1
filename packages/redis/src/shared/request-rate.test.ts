import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connectRedis } from "../connection/connect.js";
import { startTestRedis, type TestRedis } from "../testing/start-test-redis.js";
import { RequestRate } from "./request-rate.js";

let server: TestRedis;
before(async () => {
  server = await startTestRedis();
});
after(() => server.stop());

test("two processes share a rate, and each subject has its own", async () => {
  const second = await connectRedis({ url: server.url, whenAway: "wait" });
  const [one, other] = [new RequestRate(server.redis), new RequestRate(second)];
  const uses = await Promise.all([
    ...[1, 2, 3].map(() => one.use("a", 5)),
    ...[1, 2, 3].map(() => other.use("a", 5)),
  ]);
  assert.equal(uses.filter((use) => use?.isExceeded).length, 1);
  assert.deepEqual(uses.map((use) => use?.remaining).sort(), [0, 0, 1, 2, 3, 4]);
  for (const use of uses) assert.ok(use && use.resetMs > 0 && use.resetMs <= 60_000);
  assert.equal((await one.use("b", 5))?.remaining, 4);
  second.disconnect();
});

test("who goes on in spite of refusals is refused without Redis", async () => {
  const rate = new RequestRate(server.redis);
  for (let i = 0; i < 3; i++) await rate.use("c", 2);
  const before = await server.redis.get("{bullpen}:requests:c");
  for (let i = 0; i < 100; i++) assert.equal((await rate.use("c", 2))?.isExceeded, true);
  assert.equal(await server.redis.get("{bullpen}:requests:c"), before);
});

test("a minute's count ends by itself", async () => {
  await new RequestRate(server.redis).use("d", 2);
  const ttl = await server.redis.pttl("{bullpen}:requests:d");
  assert.ok(ttl > 0 && ttl <= 60_000, String(ttl));
});

test("no rate is known while Redis is away", async () => {
  const lost = await connectRedis({ url: server.url, whenAway: "fail-fast" });
  const rate = new RequestRate(lost);
  await rate.use("e", 1);
  lost.disconnect();
  assert.equal(await rate.use("e", 1), undefined);
});
