import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type AuditEventView, BullpenClient } from "@bullpen/client";
import type { Role } from "@bullpen/contracts";
import { openApiDocument } from "@bullpen/protocol/openapi";
import { AccessKeyStore, LocalStore } from "@bullpen/storage";
import OpenAI from "openai";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";

/** Operations that hand out nothing and change nothing that outlives them: a lease ends by itself. */
const NOT_RECORDED = new Set(["lease_tool_calls", "extend_tool_call_lease"]);

let redis: TestRedis;
let dataDir: string;
/** It has no keys. */
let open: TestApi;
/** Two processes with keys, as far as the log is concerned. */
let apis: readonly [TestApi, TestApi];
let keys: AccessKeyStore;
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "bullpen-audit-"));
  redis = await startTestRedis();
  open = await startTestApi(redis.url);
  keys = new AccessKeyStore(await LocalStore.open(dataDir));
  await keys.create({ tenant: "default", role: "admin", name: "" });
  const start = () => startTestApi(redis.url, { DATA_DIR: dataDir });
  apis = [await start(), await start()];
});
after(async () => {
  await Promise.all([open, ...apis].map((api) => api.stop()));
  await redis.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const openOperations = Object.entries(openApiDocument("0").paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

async function caller(tenant: string, role: Role, name = "") {
  const made = await keys.create({ tenant, role, name });
  const clients = apis.map(({ url }) => new BullpenClient({ url, apiKey: made.key, maxAttempts: 1 }));
  const [client = assert.fail(), second = assert.fail()] = clients;
  return { ...made, id: made.record.id, client, second };
}

async function events(client: BullpenClient, options = {}): Promise<AuditEventView[]> {
  const found = [];
  for await (const event of client.audit.listAll(options)) found.push(event);
  return found;
}

test("every operation that changes something or hands out content is recorded", () => {
  for (const { method, path, operation } of openOperations) {
    const isRecorded = operation["x-audit"] !== undefined;
    const handsOutContent = Object.keys(operation.responses[200]?.content ?? {}).some((type) =>
      /octet-stream|jsonl/.test(type),
    );
    const mustBe = (method !== "GET" || handsOutContent) && !NOT_RECORDED.has(operation.operationId);
    assert.equal(isRecorded, mustBe, `${method} ${path}: give the operation its \`audit\`, or list it above`);
  }
});

test("without keys, what is done is recorded with the address and the object", async () => {
  const { client } = open;
  const query = await client.queries.submit({ query: "hello" });
  const file = await client.files.upload("x", { filename: "a.jsonl" });
  await client.files.text(file.id);
  await client.files.delete(file.id);
  await client.queries.cancel(query.id);
  const { responses } = new OpenAI({ baseURL: `${open.url}/v1`, apiKey: "none" });
  const { id } = await responses.create({ input: "hello", background: true });
  await responses.cancel(id);
  await responses.delete(id);
  const found = await events(client);
  assert.deepEqual(
    found.map(({ action, object_ids }) => [action, object_ids]),
    [
      ["query.delete", [id]],
      ["query.cancel", [id]],
      ["query.create", [id]],
      ["query.cancel", [query.id]],
      ["file.delete", [file.id]],
      ["file.download", [file.id]],
      ["file.create", [file.id]],
      ["query.create", [query.id]],
    ],
  );
  for (const event of found) {
    assert.deepEqual(
      [event.outcome, event.tenant, event.key_id, event.address],
      ["done", "default", null, "127.0.0.1"],
    );
    assert.ok(Math.abs(event.created_at - Date.now()) < 60_000);
    assert.match(event.request_id ?? "", /^req_/);
  }
});

test("a bulk request is one event with every id", async () => {
  const { body } = await open.raw.post("/v1/queries", [{ query: "a" }, { query: "b" }]);
  const ids = (body.data as { id: string }[]).map(({ id }) => id); // the form of the answer to an array
  const [event] = await events(open.client, { object_id: ids[1], limit: 1 });
  assert.deepEqual(event?.object_ids, ids);
});

describe("with keys", () => {
  test("an event names the key; a tenant sees its own alone, and an admin all", async () => {
    const admin = await caller("ops", "admin");
    const writer = await caller("acme", "submit", "CI of acme");
    const boss = await caller("acme", "admin");
    const query = await writer.second.queries.submit({ query: "hello" });
    await events(writer.second).catch(() => {}); // refused: the role
    // The process that is asked is not the one that noted.
    const created = () => events(boss.client, { action: "query.create" });
    await until("the event is stored", async () => (await created()).length > 0);
    const [event, ...others] = await created();
    assert.deepEqual(
      [event?.key_id, event?.key_name, event?.object_ids, others.length],
      [writer.id, "CI of acme", [query.id], 0],
    );
    assert.deepEqual(await events(admin.client, { key_id: writer.id }), []);
    const seen = await events(admin.client, { key_id: writer.id, tenant: "*" });
    assert.deepEqual(seen, [event]);
    assert.deepEqual(await events(admin.client, { tenant: "acme", since: new Date().toISOString() }), []);
    await assert.rejects(events(writer.client), { code: "permission_denied" });
    await assert.rejects(events(boss.client, { since: "yesterday" }), { code: "invalid_request" });
    await assert.rejects(events(boss.client, { action: "query.dance" }), { code: "invalid_request" });
  });

  test("refusals are recorded with their reason; those that repeat are one event", async () => {
    const admin = await caller("ops", "admin");
    const reader = await caller("acme", "read");
    const revoked = await caller("acme", "submit", "gone");
    await keys.revoke(revoked.record);
    const url = apis[0].url;
    const remove = (key: string) =>
      fetch(`${url}/v1/files/file-x`, { method: "DELETE", headers: { authorization: `Bearer ${key}` } });
    for (let i = 0; i < 5; i++) {
      assert.equal((await remove("wrong")).status, 401);
      assert.equal((await remove(revoked.key)).status, 401);
      assert.equal((await remove(reader.key)).status, 403);
    }
    const refused = await events(admin.client, { tenant: "*", action: "file.delete", outcome: "refused" });
    assert.deepEqual(
      refused.map((event) => [event.tenant, event.key_id, event.error_code, event.count]).toSorted(),
      [
        ["acme", reader.id, "permission_denied", 1],
        ["acme", revoked.id, "invalid_api_key", 1],
        [null, null, "invalid_api_key", 1],
      ].toSorted(),
    );
  });

  test("no spelling of a path that is served escapes the log", async () => {
    const admin = await caller("spelling", "admin");
    const audited = openOperations.filter(({ operation }) => operation["x-audit"] !== undefined);
    for (const { method, path } of audited) {
      const spelled = `/${path.toUpperCase().replace(/\{\w+\}/gi, "file-NONE")}/`;
      await fetch(apis[0].url + spelled, { method, headers: { authorization: `Bearer ${admin.key}` } });
    }
    const found = await events(admin.client);
    for (const { method, path } of audited)
      assert.ok(
        found.some(({ route }) => route === `${method} ${path}`),
        `${method} ${path}`,
      );
  });
});

test("a caller who leaves during a download is recorded, and an api that stops stores all that it noted", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-audit-stop-"));
  const api = await startTestApi(redis.url, { DATA_DIR: folder });
  const file = await api.client.files.upload("x".repeat(8_000_000), { filename: "a.jsonl" });
  const leaving = new AbortController();
  const response = await fetch(`${api.url}/v1/files/${file.id}/content`, { signal: leaving.signal });
  assert.equal(response.status, 200);
  leaving.abort();
  const refused = await fetch(`${api.url}/v1/batches`, { method: "POST" });
  assert.equal(refused.status, 400);
  await refused.text();
  await api.stop();
  const [day = ""] = await readdir(join(folder, "audit"));
  const store = await LocalStore.open(folder);
  const texts = await Promise.all(
    (await store.list(`audit/${day}`)).map((name) => store.readText(`audit/${day}/${name}`)),
  );
  const lines = texts
    .join("")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as AuditEventView);
  assert.deepEqual(lines.map(({ action, outcome }) => `${action} ${outcome}`).toSorted(), [
    "batch.create refused",
    "file.create done",
    "file.download interrupted",
  ]);
  await rm(folder, { recursive: true, force: true });
});
