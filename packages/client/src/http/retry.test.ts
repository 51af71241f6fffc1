import assert from "node:assert/strict";
import { test } from "node:test";
import { BullpenClient, type BullpenClientOptions } from "../bullpen-client.js";
import { RequestRefusedError, ServiceUnavailableError } from "../errors.js";

interface Sent {
  readonly path: string;
  readonly key: string | null;
}

/** A client whose requests get these answers, one after the other. */
function clientOf(answers: readonly (() => Response)[], options: Partial<BullpenClientOptions> = {}) {
  const sent: Sent[] = [];
  const client = new BullpenClient({
    url: "http://api.test",
    fetch: async (input, init) => {
      const answer = answers[sent.length];
      sent.push({ path: String(input), key: new Headers(init?.headers).get("idempotency-key") });
      if (!answer) throw new TypeError("fetch failed", { cause: new Error("connection reset") });
      return answer();
    },
    ...options,
  });
  return { client, sent };
}

const answer =
  (status: number, body: object, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers });
const error = (status: number, code: string, headers: Record<string, string> = {}) =>
  answer(status, { error: { message: "Not now.", type: "x", code, param: null } }, headers);
const ACCEPTED = answer(202, { id: "query_1", object: "query", status: "queued", custom_id: null });
const EMPTY = answer(200, { object: "list", data: [], has_more: false });

test("a busy server is asked again under the same idempotency key; another call has another key", async () => {
  const { client, sent } = clientOf([
    error(503, "server_busy", { "x-should-retry": "true" }),
    error(429, "rate"),
    ACCEPTED,
    ACCEPTED,
  ]);
  await client.queries.submit({ query: "a" });
  await client.queries.submit({ query: "a" });
  const keys = sent.map(({ key }) => key);
  assert.equal(keys.length, 4);
  assert.equal(new Set(keys.slice(0, 3)).size, 1);
  assert.notEqual(keys[3], keys[0]);
});

test("a key of the caller's own is sent, and none with a GET", async () => {
  const { client, sent } = clientOf([ACCEPTED, EMPTY]);
  await client.queries.submit({ query: "a" }, { idempotencyKey: "mine" });
  await client.queries.list();
  assert.deepEqual(
    sent.map(({ key }) => key),
    ["mine", null],
  );
});

test("x-should-retry takes precedence over the status", async () => {
  const refused = clientOf([
    error(503, "storage_full", { "x-should-retry": "false", "x-request-id": "req_1" }),
  ]);
  await assert.rejects(refused.client.queues.list(), (thrown) => {
    assert.ok(thrown instanceof RequestRefusedError);
    assert.deepEqual([thrown.status, thrown.code, thrown.requestId], [503, "storage_full", "req_1"]);
    return true;
  });
  const retried = clientOf([error(500, "internal_error", { "x-should-retry": "true" }), EMPTY]);
  assert.deepEqual(await retried.client.queues.list(), []);
});

test("the pause is at least what Retry-After asks for", async () => {
  const { client } = clientOf([error(503, "server_busy", { "retry-after": "1" }), EMPTY]);
  const startedAt = performance.now();
  await client.queues.list();
  assert.ok(performance.now() - startedAt >= 990);
});

test("attempts end at their number, with the last error", async () => {
  const { client, sent } = clientOf([EMPTY], { maxAttempts: 2 });
  await client.queues.list();
  await assert.rejects(client.queues.list(), (thrown) => {
    assert.ok(thrown instanceof ServiceUnavailableError);
    assert.match(thrown.message, /went away \(connection reset\)/);
    return true;
  });
  assert.equal(sent.length, 3);
});

test("an address at which nothing has ever answered is reported at once", async () => {
  const { client, sent } = clientOf([]);
  await assert.rejects(client.queues.list(), /No Bullpen answers at http:\/\/api\.test \(connection reset\)/);
  assert.equal(sent.length, 1);
});

test("an outage and its end are reported once", async () => {
  const reported: string[] = [];
  const away = error(503, "server_busy");
  const { client } = clientOf([away, away, EMPTY, EMPTY], {
    onOutage: () => reported.push("away"),
    onRecovery: () => reported.push("back"),
  });
  await client.queues.list();
  await client.queues.list();
  assert.deepEqual(reported, ["away", "back"]);
});

test("an abort ends a pause with the signal's reason", async () => {
  const reason = new Error("stop");
  const controller = new AbortController();
  const { client } = clientOf([error(503, "server_busy", { "retry-after": "60" })], {
    onOutage: () => controller.abort(reason),
  });
  await assert.rejects(client.queues.list({ signal: controller.signal }), reason);
});

test("a login in the URL is sent as Basic authorization, and no message holds it", async () => {
  let authorization: string | null = null;
  const client = new BullpenClient({
    url: "http://bö:p%40ss@api.test/",
    fetch: async (_input, init) => {
      authorization = new Headers(init?.headers).get("authorization");
      throw new TypeError("fetch failed");
    },
  });
  await assert.rejects(client.queues.list(), (thrown: Error) => !/ss@|b%C3/.test(thrown.message));
  assert.equal(authorization, `Basic ${Buffer.from("bö:p@ss").toString("base64")}`);
});

test("a refused query of many is named by its place, counted from 1", async () => {
  const refusal = answer(400, {
    error: {
      message: "[2].top_p: must be a number.",
      type: "x",
      code: "invalid_request",
      param: "[2].top_p",
    },
  });
  const first = answer(202, {
    object: "list",
    data: Array.from({ length: 1_000 }, (_, i) => ({ id: `q${i}` })),
  });
  const { client } = clientOf([first, refusal]);
  const queries = Array.from({ length: 1_010 }, () => ({ query: "a" }));
  await assert.rejects(client.queries.submitAll(queries), /query 1003: top_p: must be a number/);
});
