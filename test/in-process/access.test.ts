import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BullpenClient } from "@bullpen/client";
import { callIdOf, mayDo, type Role, roleSchema } from "@bullpen/contracts";
import { openApiDocument } from "@bullpen/protocol/openapi";
import type { Running } from "@bullpen/runtime";
import { AccessKeyStore, LocalStore } from "@bullpen/storage";
import OpenAI from "openai";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import { startTestDashboard } from "../testing/dashboard.js";

const HOUR_MS = 3_600_000;

let harness: BatchHarness;
let keys: AccessKeyStore;
/** A key of each role, of the tenant that has the objects, and of another. */
const own: Partial<Record<Role, string>> = {};
const other: Partial<Record<Role, string>> = {};
/** Ids of objects of the tenant `own`, by the path that they are in. */
let ids: Readonly<Record<string, string>>;

before(async () => {
  harness = await startBatchHarness({
    script: () => finalAnswer("fine"),
    api: { WEBHOOKS_ALLOW_PRIVATE: true },
  });
  keys = new AccessKeyStore(await LocalStore.open(harness.dataDir));
  for (const role of roleSchema.options) {
    own[role] = (await keys.create({ tenant: "own", role, name: "" })).key;
    other[role] = (await keys.create({ tenant: "other", role, name: "" })).key;
  }
  const client = clientOf(own.admin);
  const query = await client.queries.submit({ query: "hello" });
  await client.queries.get(query.id, { waitSeconds: 30 });
  const file = await client.files.upload(batchLine("a", "hello"), { filename: "a.jsonl" });
  const batch = await client.batches.create({ input_file_id: file.id });
  await client.batches.wait(batch.id);
  const endpoint = await client.webhookEndpoints.create({
    url: "http://127.0.0.1:9/",
    event_types: ["batch.completed"],
  });
  const openai = new OpenAI({ baseURL: `${harness.api.url}/v1`, apiKey: own.admin ?? "" });
  const { id: response } = await openai.responses.create({ model: "scripted", input: "hello" });
  ids = {
    "/v1/responses/": response,
    "/v1/queries/": query.id,
    "/v1/tool_calls/": callIdOf(query.id, 0),
    "/v1/files/": file.id,
    "/v1/batches/": batch.id,
    "/v1/webhook_endpoints/": endpoint.id,
    "/v1/models/": "scripted",
  };
});
after(() => harness.stop());

function clientOf(apiKey: string | undefined, url = harness.api.url): BullpenClient {
  return new BullpenClient({ url, apiKey, maxAttempts: 1 });
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly role: Role | undefined;
  /** A valid body, where it takes one. */
  readonly example: unknown;
}

const OPERATIONS: readonly Operation[] = Object.entries(openApiDocument("0").paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, { "x-role": role, requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      role,
      example: requestBody?.content["application/json"]?.example,
    })),
);

/** Sends an operation without a body: what is allowed is then refused for other reasons, or changes nothing. */
async function send({ method, path }: Operation, authorization?: string, id = "nowhere"): Promise<Response> {
  const filled = path.replace(/\{\w+\}/, encodeURIComponent(id));
  return fetch(harness.api.url + filled, {
    method,
    headers: authorization === undefined ? {} : { authorization },
  });
}

/** The same about an object, with a body that is valid: nothing but the object can be why it is refused. */
async function sendAbout({ method, path, example }: Operation, key: string | undefined, id: string) {
  const text =
    example === undefined ? null : JSON.stringify(example).replace(/query_[0-9a-z]{24}/g, idOfQuery(id));
  return fetch(harness.api.url + path.replace(/\{\w+\}/, encodeURIComponent(id)), {
    method,
    headers: { authorization: `Bearer ${key}`, ...(text !== null && { "content-type": "application/json" }) },
    body: text,
  });
}

/** Of a query, or of the query that a call belongs to. */
function idOfQuery(id: string): string {
  return id.startsWith("query_") ? id.replace(/-\d+$/, "") : id;
}

async function codeOf(response: Response): Promise<string | undefined> {
  const text = await response.text();
  if (response.ok) return undefined;
  return (JSON.parse(text) as { error: { code: string } }).error.code; // the form of every error
}

describe("each operation", () => {
  for (const operation of OPERATIONS) {
    const { method, path, role } = operation;
    if (role === undefined) {
      test(`${method} ${path} needs no key`, async () => {
        assert.ok((await send(operation)).status < 400);
        assert.ok((await send(operation, "Bearer wrong")).status < 400);
      });
      continue;
    }
    test(`${method} ${path} refuses who has no key`, async () => {
      for (const authorization of [
        undefined,
        "",
        "Bearer",
        "Bearer wrong",
        "Basic x",
        `Basic ${btoa("a:b")}`,
      ]) {
        const response = await send(operation, authorization);
        assert.deepEqual([response.status, await codeOf(response)], [401, "invalid_api_key"], authorization);
        assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer/);
        assert.equal(response.headers.get("x-should-retry"), "false");
      }
    });
    test(`${method} ${path} needs the role ${role}`, async () => {
      for (const given of roleSchema.options) {
        const response = await send(operation, `Bearer ${own[given]}`);
        const code = await codeOf(response);
        if (mayDo(given, role))
          assert.ok(code !== "invalid_api_key" && code !== "permission_denied", `${given}: ${code}`);
        else assert.deepEqual([response.status, code], [403, "permission_denied"], given);
      }
    });
    // An admin key manages the keys of all tenants.
    if (!path.includes("{") || /^\/v1\/(?:models|api_keys)\//.test(path)) continue;
    test(`${method} ${path} answers another tenant as if there were nothing`, async () => {
      const prefix = path.slice(0, path.indexOf("{"));
      const real = ids[prefix] ?? assert.fail(`no object for ${prefix}: add one above`);
      const unknown = real.replace(/[0-9a-z]{24}(?=-\d+$|$)/, "0".repeat(24));
      for (const given of roleSchema.options.filter((candidate) => mayDo(candidate, role))) {
        const [theirs, none] = await Promise.all([
          sendAbout(operation, other[given], real),
          sendAbout(operation, other[given], unknown),
        ]);
        const seen = await Promise.all([theirs.text(), none.text()]);
        assert.ok(theirs.status >= 400, `${given}: ${theirs.status}`);
        const [hidden, absent] = [seen[0]?.replaceAll(idOfQuery(real), idOfQuery(unknown)), seen[1]];
        assert.deepEqual([theirs.status, hidden], [none.status, absent], given);
      }
    });
    // What would be deleted has a test below; of calls there is none that waits.
    if (method === "DELETE" || /tool_/.test(path)) continue;
    test(`${method} ${path} finds what its own tenant has`, async () => {
      const real = ids[path.slice(0, path.indexOf("{"))] ?? "";
      for (const given of roleSchema.options.filter((candidate) => mayDo(candidate, role))) {
        const code = await codeOf(await sendAbout(operation, own[given], real));
        if (method === "GET") assert.equal(code, undefined, given);
        else assert.doesNotMatch(code ?? "", /not_found|permission_denied/, given);
      }
    });
  }
});

test("a key deletes what its tenant has, where its role may", async () => {
  const admin = clientOf(own.admin);
  const file = await admin.files.upload("{}", { filename: "b.jsonl" });
  const endpoint = await admin.webhookEndpoints.create({
    url: "http://127.0.0.1:9/",
    event_types: ["batch.completed"],
  });
  await assert.rejects(clientOf(other.admin).files.delete(file.id), { code: "file_not_found" });
  await assert.rejects(clientOf(own.read).files.delete(file.id), { code: "permission_denied" });
  assert.equal((await clientOf(own.submit).files.delete(file.id)).deleted, true);
  await assert.rejects(clientOf(own.submit).webhookEndpoints.delete(endpoint.id), {
    code: "permission_denied",
  });
  assert.equal((await clientOf(own.operate).webhookEndpoints.delete(endpoint.id)).deleted, true);
});

test("lists show a tenant its own objects alone", async () => {
  const [mine, theirs] = [clientOf(own.read), clientOf(other.admin)];
  for (const list of ["queries", "batches", "files"] as const) {
    assert.ok((await mine[list].list()).data.length > 0, list);
    assert.deepEqual((await theirs[list].list()).data, [], list);
  }
  assert.equal((await clientOf(own.admin).webhookEndpoints.list()).data.length, 1);
  assert.deepEqual((await theirs.webhookEndpoints.list()).data, []);
});

test("a file of another tenant is no input of a batch, and a key is no key of another tenant's idempotency", async () => {
  const file = ids["/v1/files/"] ?? "";
  await assert.rejects(clientOf(other.submit).batches.create({ input_file_id: file }), {
    code: "file_not_found",
  });
  const create = (key: string | undefined) =>
    clientOf(key).queries.submit({ query: "same" }, { idempotencyKey: "one-key" });
  const [first, second, again] = [
    await create(own.submit),
    await create(other.submit),
    await create(own.submit),
  ];
  assert.notEqual(first.id, second.id);
  assert.equal(again.id, first.id);
});

describe("a key works as clients send it", () => {
  test("as Bearer of the OpenAI client, whose errors tell a wrong one", async () => {
    const openai = (apiKey = "") => new OpenAI({ baseURL: `${harness.api.url}/v1`, apiKey, maxRetries: 0 });
    assert.ok((await openai(own.read).files.list()).data.length > 0);
    await assert.rejects(openai("sk-wrong").files.list(), OpenAI.AuthenticationError);
    await assert.rejects(
      openai(own.read).files.delete("file-x"),
      (error) =>
        error instanceof OpenAI.PermissionDeniedError &&
        /role is read; this needs submit/.test(error.message),
    );
  });

  test("as the password or the name of a URL", async () => {
    for (const login of [`user:${own.read}`, `:${own.read}`, `${own.read}:`, own.read]) {
      const url = harness.api.url.replace("http://", `http://${login}@`);
      assert.ok((await clientOf(undefined, url).queries.list()).data.length > 0, login?.slice(0, 8));
    }
  });
});

test("a key that has ended is refused with the reason", async () => {
  const expired = await keys.create({ tenant: "own", role: "read", name: "", expiresAt: Date.now() - 1 });
  const revoked = await keys.create({ tenant: "own", role: "read", name: "" });
  await keys.revoke(revoked.record);
  await assert.rejects(clientOf(expired.key).queries.list(), { status: 401, message: /has expired/ });
  await assert.rejects(clientOf(revoked.key).queries.list(), { status: 401, message: /was revoked/ });
  const later = await keys.create({ tenant: "own", role: "read", name: "", expiresAt: Date.now() + HOUR_MS });
  assert.ok(await clientOf(later.key).queries.list());
});

describe("the dashboard", () => {
  let dashboard: Running;
  before(async () => {
    dashboard = await startTestDashboard({
      REDIS_URL: harness.agents.redis.url,
      API_URL: harness.api.url,
      DATA_DIR: harness.dataDir,
    });
  });
  after(() => dashboard.stop());

  const visit = (path: string, login?: string) =>
    fetch(dashboard.url + path, {
      headers: login === undefined ? {} : { authorization: `Basic ${btoa(login)}` },
    });

  test("asks the browser for a password, which is an admin key", async () => {
    for (const login of [
      undefined,
      "admin:admin",
      ...["read", "submit", "operate"].map((role) => `x:${own[role as Role]}`),
    ]) {
      for (const path of ["/queues", "/queues/api/queues"]) {
        const response = await visit(path, login);
        assert.equal(response.status, 401, path);
        assert.match(response.headers.get("www-authenticate") ?? "", /^Basic realm=/);
        assert.doesNotMatch(await response.text(), /batches/);
      }
    }
    const board = await visit("/queues/api/queues", `anybody:${own.admin}`);
    assert.equal(board.status, 200);
    assert.match(await board.text(), /"name":"batches"/);
  });

  test("tells a supervisor of its health without a key", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics"])
      assert.equal((await visit(path)).status, 200, path);
  });
});
