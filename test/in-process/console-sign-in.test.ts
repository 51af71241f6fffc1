import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { BullpenClient } from "@bullpen/client";
import { mayDo, type Role, roleSchema } from "@bullpen/contracts";
import type { Running } from "@bullpen/runtime";
import { AccessKeyStore, LocalStore } from "@bullpen/storage";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestDashboard } from "../testing/dashboard.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";

let folder: string;
let redis: TestRedis;
let api: TestApi;
let dashboard: Running;
/** A key of each role, of the tenant that has a query, and of another. */
const own: Partial<Record<Role, string>> = {};
const other: Partial<Record<Role, string>> = {};

const settings = (apiUrl: string) => ({ REDIS_URL: redis.url, API_URL: apiUrl, DATA_DIR: folder });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-sign-in-"));
  redis = await startTestRedis();
  const keys = new AccessKeyStore(await LocalStore.open(folder));
  for (const role of roleSchema.options) {
    own[role] = (await keys.create({ tenant: "own", role, name: "" })).key;
    other[role] = (await keys.create({ tenant: "other", role, name: "" })).key;
  }
  api = await startTestApi(redis.url, { DATA_DIR: folder });
  await new BullpenClient({ url: api.url, apiKey: own.submit }).queries.submit({ query: "kept" });
  dashboard = await startTestDashboard(settings(api.url));
});
after(async () => {
  await dashboard?.stop();
  await api?.stop();
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A field of an answer in JSON. */
async function field<T>(response: Response, name: string): Promise<T> {
  return ((await response.json()) as Record<string, T>)[name] as T; // the test asserts what it is
}

/** Signs in on the console; the cookie as a browser sends it. */
async function signIn(key: string | undefined): Promise<string> {
  const response = await fetch(`${dashboard.url}/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key }),
  });
  assert.equal(response.status, 200);
  const cookie = response.headers.get("set-cookie") ?? "";
  assert.match(cookie, /; HttpOnly; SameSite=Strict$/);
  assert.ok(!cookie.includes(key ?? ""), "the cookie does not show the key");
  return cookie.split(";")[0] ?? "";
}

test("shows the console to everybody, and tells nothing before a key is given", async () => {
  const page = await fetch(`${dashboard.url}/`);
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-security-policy") ?? "", /script-src 'self';.*trusted-types 'none'/);
  assert.deepEqual(await fetch(`${dashboard.url}/session`).then((response) => response.json()), {
    signed_in: false,
    tenant: null,
    role: null,
    user: null,
    needs_key: true,
    provider: null,
  });
  const refused = await fetch(`${dashboard.url}/v1/batches`);
  assert.deepEqual([refused.status, refused.headers.get("www-authenticate")], [401, null]);
});

test("lets who has signed in use the api as their key may, and the queues as an admin", async () => {
  for (const role of roleSchema.options) {
    const cookie = await signIn(own[role]);
    const ask = (path: string, method = "GET") =>
      fetch(dashboard.url + path, { method, headers: { cookie } });
    assert.equal(await field(await ask("/session"), "role"), role);
    assert.equal((await field<unknown[]>(await ask("/v1/queries"), "data")).length, 1);
    assert.equal((await ask("/v1/workers")).status, mayDo(role, "operate") ? 200 : 403, role);
    assert.equal((await ask("/queues/api/queues")).status, role === "admin" ? 200 : 401, role);
  }
  const theirs = await signIn(other.admin);
  const queries = await fetch(`${dashboard.url}/v1/queries`, { headers: { cookie: theirs } });
  assert.deepEqual(await field(queries, "data"), []);
});

test("takes no key that is none, and no request of another site", async () => {
  const cookie = await signIn(own.admin);
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(dashboard.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
  for (const body of [
    '{"key":"bp_wrong"}',
    '{"key":""}',
    "{}",
    "[]",
    "null",
    "{",
    `{"key":"${"x".repeat(9_000)}"}`,
  ]) {
    const response = await post("/session", body);
    assert.ok(response.status >= 400 && response.status < 500, `${body.slice(0, 20)}: ${response.status}`);
    assert.equal(response.headers.get("set-cookie"), null);
  }
  const origin = "http://evil.example";
  assert.equal((await post("/session", JSON.stringify({ key: own.admin }), { origin })).status, 403);
  assert.equal((await post("/v1/queries", '{"query":"forged"}', { origin, cookie })).status, 403);
  const site = "cross-site";
  assert.equal(
    (await post("/v1/queries", '{"query":"forged"}', { "sec-fetch-site": site, cookie })).status,
    403,
  );
  const ownPage = await post("/v1/queries", '{"query":"own"}', { origin: dashboard.url, cookie });
  assert.equal(ownPage.status, 202);
});

test("ends a session where it began", async () => {
  const response = await fetch(`${dashboard.url}/session`, { method: "DELETE" });
  assert.match(response.headers.get("set-cookie") ?? "", /^bullpen_session=; .*; Max-Age=0$/);
});

test("says that the api is away, as an error that the page understands", async () => {
  const lonely = await startTestDashboard(settings("http://127.0.0.1:9"));
  try {
    const response = await fetch(`${lonely.url}/v1/batches`);
    assert.equal(response.status, 503);
    assert.match(await response.text(), /"message":"The api at http:\/\/127\.0\.0\.1:9 does not answer/);
  } finally {
    await lonely.stop();
  }
});
