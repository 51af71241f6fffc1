import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { isId } from "@bullpen/contracts";
import { startTestRedis, type TestRedis } from "@bullpen/redis/testing";
import { Idempotency } from "./idempotency.js";

let server: TestRedis;
let idempotency: Idempotency;
before(async () => {
  server = await startTestRedis();
  idempotency = new Idempotency(server.redis);
});
beforeEach(() => server.redis.flushall());
after(() => server.stop());

const USE = { tenant: "t", key: "k", fingerprint: "f", seconds: 60 };
const KEY = "{bullpen}:idempotency:t:k";

test("the same request gets the same base, also when it comes many times at once", async () => {
  const bases = await Promise.all(Array.from({ length: 20 }, () => idempotency.base(USE)));
  assert.equal(new Set(bases).size, 1);
  assert.ok(isId("query", bases[0] ?? ""));
});

test("the first use takes the proposed base, and later proposals change nothing", async () => {
  assert.equal(await idempotency.base({ ...USE, proposed: "one" }), "one");
  assert.equal(await idempotency.base({ ...USE, proposed: "two" }), "one");
});

test("a key with another fingerprint is a mismatch; another tenant or key is not", async () => {
  const base = await idempotency.base(USE);
  assert.equal(await idempotency.base({ ...USE, fingerprint: "other" }), "mismatch");
  const others = [
    { ...USE, tenant: "u", fingerprint: "other" },
    { ...USE, key: "l", fingerprint: "other" },
  ];
  for (const other of others) assert.ok(!["mismatch", base].includes(await idempotency.base(other)));
  assert.equal(await idempotency.base(USE), base);
});

test("a key is valid from its first use: a later one does not prolong it", async () => {
  await idempotency.base(USE);
  assert.equal(await server.redis.ttl(KEY), 60);
  await server.redis.expire(KEY, 30);
  await idempotency.base(USE);
  assert.ok((await server.redis.ttl(KEY)) <= 30);
});

test("a record that cannot be read is replaced, and expires like any other", async () => {
  await server.redis.set(KEY, "{");
  assert.equal(await idempotency.base({ ...USE, proposed: "new" }), "new");
  assert.equal(await idempotency.base(USE), "new");
  assert.equal(await server.redis.ttl(KEY), 60);
});

test("a key that was forgotten is used for the first time again", async () => {
  await idempotency.base({ ...USE, proposed: "one" });
  await idempotency.forget("t", "k");
  assert.equal(await idempotency.base({ ...USE, fingerprint: "other", proposed: "two" }), "two");
});
