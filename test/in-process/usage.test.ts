import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { UsageLedger } from "@bullpen/api/usage/usage-ledger";
import { BullpenClient } from "@bullpen/client";
import { UsageCounters } from "@bullpen/queue";
import { AccessKeyStore, LocalStore, UsageStore } from "@bullpen/storage";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";

let harness: BatchHarness;
let keys: AccessKeyStore;
let ledger: UsageLedger;
before(async () => {
  harness = await startBatchHarness({ script: () => finalAnswer("fine") });
  const store = await LocalStore.open(harness.dataDir);
  keys = new AccessKeyStore(store);
  const counters = new UsageCounters(harness.agents.redis.connection);
  ledger = new UsageLedger({ counters, store: new UsageStore(store) });
});
after(() => harness.stop());

async function caller(tenant: string, role: "submit" | "admin" = "submit", limits = {}) {
  const { key, record } = await keys.create({ tenant, role, name: "", limits });
  const client = new BullpenClient({ url: harness.api.url, apiKey: key, maxAttempts: 1 });
  return { key, id: record.id, client };
}

test("usage has queries and lines of batches by key, and survives the loss of Redis", async () => {
  const [one, two, admin] = [await caller("acme"), await caller("acme"), await caller("ops", "admin")];
  const query = await one.client.queries.submit({ query: "hello" });
  await one.client.queries.get(query.id, { waitSeconds: 30 });
  const file = await two.client.files.upload(`${batchLine("a", "x")}\n${batchLine("b", "y")}`, {
    filename: "a.jsonl",
  });
  await two.client.batches.wait((await two.client.batches.create({ input_file_id: file.id })).id);

  const rows = await one.client.usage.list();
  const queries = new Map(rows.map((row) => [row.key_id, row.queries]));
  assert.deepEqual([queries.get(one.id), queries.get(two.id), rows.length], [1, 2, 2]);
  for (const row of rows) assert.ok(row.input_tokens + row.output_tokens > 0, JSON.stringify(row));

  await ledger.storeAll();
  const redis = harness.agents.redis.connection;
  await redis.del(...(await redis.keys("{bullpen}:usage*"))); // what a lost Redis is to usage
  assert.deepEqual(await one.client.usage.list(), rows);
  const again = await one.client.queries.submit({ query: "again" });
  await one.client.queries.get(again.id, { waitSeconds: 30 });
  await ledger.storeAll();
  const later = await admin.client.usage.list({ tenant: "acme" });
  assert.equal(later.find((row) => row.key_id === one.id)?.queries, 2);
  assert.deepEqual(await admin.client.usage.list(), []);
  await assert.rejects(one.client.usage.list({ tenant: "ops" }), { code: "permission_denied" });
  await assert.rejects(one.client.usage.list({ start_date: "2026-1-1" }), { code: "invalid_request" });
  await assert.rejects(one.client.usage.list({ start_date: "2020-01-01" }), /up to 365 days before/);
});

test("who has used its tokens of the day submits nothing more, and is told so", async () => {
  const { client, key } = await caller("tokens", "submit", { tokens_per_day: 1 });
  const query = await client.queries.submit({ query: "hello" });
  await client.queries.get(query.id, { waitSeconds: 30 });
  const response = await fetch(`${harness.api.url}/v1/queries`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ query: "more" }),
  });
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("x-ratelimit-limit-tokens"), "1");
  assert.equal(response.headers.get("x-ratelimit-remaining-tokens"), "0");
  assert.equal(response.headers.get("x-should-retry"), "false");
  assert.ok(Number(response.headers.get("retry-after")) <= 86_400);
  assert.match(await response.text(), /--tokens-per-day.*"token_quota_exceeded"/s);
});
