import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BullpenClient } from "@bullpen/client";
import type { AccessLimits } from "@bullpen/contracts";
import { AccessKeyStore, LocalStore, TenantLimits } from "@bullpen/storage";
import OpenAI from "openai";
import { startTestApi, type TestApi } from "../testing/api.js";
import { batchLine } from "../testing/batch-lines.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";

let folder: string;
let redis: TestRedis;
/** Two processes: limits hold over both. No worker runs, so no query ends by itself. */
let apis: readonly [TestApi, TestApi];
let keys: AccessKeyStore;
let tenantLimits: TenantLimits;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-quotas-"));
  redis = await startTestRedis();
  const store = await LocalStore.open(folder);
  [keys, tenantLimits] = [new AccessKeyStore(store), new TenantLimits(store)];
  const settings = { DATA_DIR: folder, TENANT_QUEUED_QUERIES: 5 };
  apis = [await startTestApi(redis.url, settings), await startTestApi(redis.url, settings)];
  await keys.create({ tenant: "default", role: "admin", name: "the first" });
});
after(async () => {
  for (const api of apis) await api.stop();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Caller {
  readonly key: string;
  readonly id: string;
  /** A client of each api. */
  readonly clients: readonly [BullpenClient, BullpenClient];
}

async function caller(tenant: string, limits: AccessLimits = {}): Promise<Caller> {
  const { key, record } = await keys.create({ tenant, role: "submit", name: "", limits });
  const clientOf = (api: TestApi) => new BullpenClient({ url: api.url, apiKey: key, maxAttempts: 1 });
  return { key, id: record.id, clients: [clientOf(apis[0]), clientOf(apis[1])] };
}

const get = (api: TestApi, key: string, path = "/v1/models") =>
  fetch(api.url + path, { headers: { authorization: `Bearer ${key}` } });

describe("requests a minute", () => {
  test("of a key are counted over all processes, and told in the headers that clients read", async () => {
    const { key, id } = await caller("rate", { requests_per_minute: 4 });
    const remaining: (string | null)[] = [];
    for (const api of [apis[0], apis[1], apis[0], apis[1]]) {
      const response = await get(api, key);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("x-ratelimit-limit-requests"), "4");
      assert.match(response.headers.get("x-ratelimit-reset-requests") ?? "", /^\d+s$/);
      remaining.push(response.headers.get("x-ratelimit-remaining-requests"));
    }
    assert.deepEqual(remaining, ["3", "2", "1", "0"]);
    const refused = await get(apis[0], key);
    assert.equal(refused.status, 429);
    const seconds = Number(refused.headers.get("retry-after"));
    assert.ok(seconds >= 1 && seconds <= 60, String(seconds));
    assert.equal(refused.headers.get("x-should-retry"), "true");
    const { error } = (await refused.json()) as { error: { code: string; message: string } };
    assert.equal(error.code, "rate_limit_exceeded");
    assert.match(error.message, new RegExp(`key ${id} .*limit is 4.*keys limit ${id} --requests-per-minute`));
    const openai = new OpenAI({ baseURL: `${apis[1].url}/v1`, apiKey: key, maxRetries: 0 });
    await assert.rejects(openai.models.list(), OpenAI.RateLimitError);
  });

  test("of a tenant hold for all its keys together, and for no other tenant", async () => {
    await tenantLimits.write("crowd", { requests_per_minute: 3 });
    const [one, two, other] = [await caller("crowd"), await caller("crowd"), await caller("quiet")];
    for (const { key } of [one, two, one]) assert.equal((await get(apis[0], key)).status, 200);
    const refused = await get(apis[1], two.key);
    assert.equal(refused.status, 429);
    assert.match(await refused.text(), /tenant crowd .*keys limit --tenant crowd/);
    const free = await get(apis[0], other.key);
    assert.equal(free.status, 200);
    assert.equal(free.headers.get("x-ratelimit-limit-requests"), null);
  });

  test("cost who has no key nothing", async () => {
    const { key } = await caller("probed", { requests_per_minute: 1 });
    for (let i = 0; i < 3; i++) assert.equal((await get(apis[0], `${key}x`)).status, 401);
    assert.equal((await get(apis[0], key)).status, 200);
  });
});

describe("queries that have not ended", () => {
  test("of a key are as many as it may have, and a cancelled one makes room", async () => {
    const { clients } = await caller("queue", { queued_queries: 2 });
    const [first, second] = clients;
    const query = await first.queries.submit({ query: "a" });
    await second.queries.submit({ query: "b" });
    await assert.rejects(
      first.queries.submit({ query: "c" }),
      /limit is 2.*--queued-queries.*queue_quota_exceeded/,
    );
    await first.queries.cancel(query.id);
    // Ended queries are looked for once a second.
    await until("there is room again", () =>
      second.queries.submit({ query: "c" }).then(
        () => true,
        () => false,
      ),
    );
  });

  test("of a tenant are as many as the default says, all or none of a request", async () => {
    const { clients, key } = await caller("bulk");
    const [client] = clients;
    const some = (count: number) => Array.from({ length: count }, (_, i) => ({ query: String(i) }));
    await assert.rejects(client.queries.submitAll(some(6)), { code: "queue_quota_exceeded" });
    assert.deepEqual((await client.queries.list()).data, []);
    assert.equal((await client.queries.submitAll(some(5))).length, 5);
    const response = await fetch(`${apis[1].url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: "x" }] }),
    });
    // No worker serves the model: that is said first, and nothing is counted.
    assert.ok([429, 503].includes(response.status), String(response.status));
    await tenantLimits.write("free", { queued_queries: null });
    const free = await caller("free");
    assert.equal((await free.clients[0].queries.submitAll(some(6))).length, 6);
  });

  test("a request that comes again under its key is counted once", async () => {
    const { clients } = await caller("again", { queued_queries: 1 });
    const submit = () => clients[0].queries.submit({ query: "a" }, { idempotencyKey: "k" });
    const [first, second] = [await submit(), await submit()];
    assert.equal(first.id, second.id);
  });
});

test("batches that have not ended are as many as a key may have", async () => {
  const { clients } = await caller("batching", { batches: 1 });
  const [client, second] = clients;
  const file = await client.files.upload(batchLine("a", "hello"), { filename: "a.jsonl" });
  const other = await client.files.upload(batchLine("b", "hello"), { filename: "b.jsonl" });
  const create = (of: BullpenClient) =>
    of.batches.create({ input_file_id: file.id }, { idempotencyKey: "one" });
  assert.equal((await create(client)).id, (await create(second)).id, "a retry is not counted");
  await assert.rejects(second.batches.create({ input_file_id: other.id }), {
    status: 429,
    code: "batch_quota_exceeded",
    message: /has 1 batches that have not ended; its limit is 1/,
  });
});

test("a key stores as many bytes as it may, whatever others of its tenant store", async () => {
  const [bounded, other] = [await caller("bytes", { stored_bytes: 100 }), await caller("bytes")];
  const upload = (from: Caller, bytes: number) =>
    from.clients[0].files.upload("x".repeat(bytes), { filename: "a.jsonl" });
  await upload(other, 1_000);
  const file = await upload(bounded, 60);
  await assert.rejects(upload(bounded, 60), { code: "quota_exceeded", status: 413 });
  await bounded.clients[0].files.delete(file.id);
  await upload(bounded, 60);
});

test("a changed limit holds within seconds", async () => {
  const { key, id } = await caller("raised", { requests_per_minute: 1 });
  await get(apis[0], key);
  const record = await keys.find(id);
  assert.ok(record);
  await keys.limit(record, { requests_per_minute: null });
  const statuses = new Set<number>();
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const { status } = await get(apis[1], key);
    statuses.add(status);
    if (status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.ok(statuses.has(200), [...statuses].join());
});
