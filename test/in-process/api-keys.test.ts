import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BullpenClient } from "@bullpen/client";
import { AccessKeyStore, LocalStore } from "@bullpen/storage";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";

let folder: string;
let redis: TestRedis;
let api: TestApi;
let keys: AccessKeyStore;
let admin: BullpenClient;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-api-keys-"));
  redis = await startTestRedis();
  keys = new AccessKeyStore(await LocalStore.open(folder));
  api = await startTestApi(redis.url, { DATA_DIR: folder });
});
after(async () => {
  await api?.stop();
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

function clientOf(apiKey?: string): BullpenClient {
  return new BullpenClient({ url: api.url, apiKey, maxAttempts: 1 });
}

const nowSeconds = () => Math.floor(Date.now() / 1_000);

test("the first key is not made by whoever reaches the api", async () => {
  await assert.rejects(clientOf().apiKeys.create({ role: "admin" }), {
    code: "permission_denied",
    message: /bullpen keys create --role admin/,
  });
  assert.deepEqual(await clientOf().apiKeys.list(), []);
  const { key } = await keys.create({ tenant: "ops", role: "admin", name: "first" });
  // Of its own, so that it need not wait until the first api hears of the key.
  await api.stop();
  api = await startTestApi(redis.url, { DATA_DIR: folder });
  admin = clientOf(key);
});

describe("an admin key", () => {
  test("makes keys for every tenant, which are shown once and stored as hashes", async () => {
    const made = await admin.apiKeys.create({
      role: "submit",
      tenant: "acme",
      name: "CI",
      expires_at: nowSeconds() + 3_600,
      limits: { requests_per_minute: 60 },
    });
    assert.match(made.key, /^bp_[0-9a-f]{16}_/);
    assert.deepEqual(
      await clientOf(made.key)
        .queries.list()
        .then(({ data }) => data),
      [],
    );
    const { key, ...shown } = made;
    const listed = (await admin.apiKeys.list()).find(({ id }) => id === made.id);
    assert.deepEqual({ ...listed, last_used_at: null }, shown);
    assert.deepEqual(
      [shown.tenant, shown.role, shown.status, shown.limits],
      ["acme", "submit", "active", { requests_per_minute: 60 }],
    );
    assert.ok(!JSON.stringify(await admin.apiKeys.list()).includes(key.slice(-43)));
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      assert.ok(!(await readFile(join(entry.parentPath, entry.name), "utf8")).includes(key.slice(-43)));
    }
  });

  test("without a tenant makes one for its own, and never one for what is impossible", async () => {
    assert.equal((await admin.apiKeys.create({ role: "read" })).tenant, "ops");
    const wrong: readonly [object, RegExp][] = [
      [{}, /^.*role: /],
      [{ role: "owner" }, /role: must be/],
      [{ role: "read", tenant: "../x" }, /tenant: must be 1 to 40/],
      [{ role: "read", name: "x".repeat(201) }, /name: must have at most 200/],
      [{ role: "read", expires_at: nowSeconds() }, /expires_at: must be a time to come/],
      [{ role: "read", limits: { batches: 0 } }, /limits\.batches: must be at least 1/],
      [{ role: "read", limits: { cookies: 1 } }, /limits\.cookies is not a parameter/],
      [{ role: "read", hash: "x" }, /hash is not a parameter/],
    ];
    const before = (await admin.apiKeys.list()).length;
    for (const [body, message] of wrong) {
      // A cast: the types forbid what is tried.
      await assert.rejects(admin.apiKeys.create(body as { role: "read" }), message, JSON.stringify(body));
    }
    assert.equal((await admin.apiKeys.list()).length, before);
  });

  test("rotates a key: both work until the grace is over, and the new one may do the same", async () => {
    const old = await admin.apiKeys.create({ role: "operate", tenant: "acme", name: "hooks" });
    const made = await admin.apiKeys.rotate(old.id, { graceSeconds: 60 });
    assert.deepEqual([made.role, made.tenant, made.name], ["operate", "acme", "hooks"]);
    for (const key of [old.key, made.key]) assert.ok(await clientOf(key).webhookEndpoints.list());
    const ending = (await admin.apiKeys.list()).find(({ id }) => id === old.id);
    assert.equal(ending?.status, "active");
    assert.ok(Math.abs((ending?.revoked_at ?? 0) - nowSeconds() - 60) <= 5);
    await admin.apiKeys.rotate(made.id, { graceSeconds: 0 });
    await assert.rejects(admin.apiKeys.rotate(made.id), /the key is revoked/);
  });

  test("revokes a key, once and again, and says that an id is none", async () => {
    const { id, key } = await admin.apiKeys.create({ role: "read" });
    const revoked = await admin.apiKeys.revoke(id);
    assert.equal(revoked.status, "revoked");
    assert.deepEqual(await admin.apiKeys.revoke(id), revoked);
    await assert.rejects(clientOf(key).queries.list(), /was revoked/);
    for (const none of ["0123456789abcdef", "x", "%2e%2e", id.toUpperCase()]) {
      if (none === id) continue;
      await assert.rejects(admin.apiKeys.revoke(none), { code: "api_key_not_found" }, none);
    }
  });
});
