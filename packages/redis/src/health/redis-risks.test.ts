import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestRedis, type TestRedis } from "../testing/start-test-redis.js";
import { findRedisRisks } from "./redis-risks.js";

let server: TestRedis;
before(async () => {
  server = await startTestRedis();
});
after(() => server.stop());

test("a Redis without AOF, or that evicts keys, is a risk", async () => {
  const { redis } = server;
  assert.deepEqual(await findRedisRisks(redis), [
    "Redis runs without AOF (appendonly no): queries in flight are lost when it restarts.",
  ]);
  await redis.config("SET", "appendonly", "yes");
  assert.deepEqual(await findRedisRisks(redis), []);
  await redis.config("SET", "maxmemory-policy", "allkeys-lru");
  assert.match((await findRedisRisks(redis)).join(), /maxmemory-policy allkeys-lru/);
});

test("a user who may not ask learns of none", async () => {
  const { redis } = server;
  const user = redis.duplicate();
  await redis.call("ACL", "SETUSER", "few", "on", "nopass", "+ping");
  await user.call("AUTH", "few", "x");
  assert.deepEqual(await findRedisRisks(user), []);
  user.disconnect();
});
