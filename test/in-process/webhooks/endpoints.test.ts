import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { parseDestination } from "@bullpen/outbound";
import { MAX_WEBHOOK_ENDPOINTS } from "@bullpen/protocol";
import OpenAI from "openai";
import { verifies } from "../../source-checks/requirements/requirements.js";
import { startTestApi, type TestApi } from "../../testing/api.js";
import { startReceiver } from "../../testing/receiver.js";
import { startWebhookHarness, type WebhookHarness } from "../../testing/webhook-harness.js";

let harness: WebhookHarness;
/** An api that takes public addresses only. */
let strict: TestApi;
let client: OpenAI;
before(async () => {
  harness = await startWebhookHarness();
  strict = await startTestApi(harness.redis.url);
  client = harness.client;
});
after(async () => {
  await strict.stop();
  await harness.stop();
});

const WANTED = { url: "https://127.0.0.1/hook", name: "ours", event_types: ["batch.completed"] } as const;
const create = (body: object) =>
  client.webhooks.create({ ...WANTED, event_types: [...WANTED.event_types], ...body });

test(
  verifies(["webhook-endpoints"], "the OpenAI client makes, reads, changes, lists and deletes endpoints"),
  async () => {
    const made = await create({});
    assert.match(made.signing_secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    assert.equal(made.signing_secret_hint, `whsec_…${made.signing_secret.slice(-4)}`);
    const { signing_secret: _shownOnce, ...view } = made;
    assert.deepEqual(await client.webhooks.retrieve(made.id), view);
    const updated = await client.webhooks.update(made.id, { name: "theirs", event_types: ["batch.failed"] });
    assert.equal(updated.url, WANTED.url);
    assert.equal(updated.name, "theirs");
    assert.deepEqual(updated.event_types, ["batch.failed"]);
    const others = [await create({}), await create({})].map(({ id }) => id);
    const listed: string[] = [];
    for await (const endpoint of client.webhooks.list({ limit: 2 })) {
      assert.ok(!("signing_secret" in endpoint));
      listed.push(endpoint.id);
    }
    assert.deepEqual(listed, [made.id, ...others].reverse());
    for (const id of listed) {
      assert.deepEqual(await client.webhooks.delete(id), {
        id,
        object: "webhook_endpoint.deleted",
        deleted: true,
      });
    }
    await assert.rejects(client.webhooks.retrieve(made.id), OpenAI.NotFoundError);
    assert.deepEqual((await client.webhooks.eventTypes.list()).data, [
      "batch.completed",
      "batch.failed",
      "batch.expired",
      "batch.cancelled",
      "query.requires_action",
    ]);
  },
);

test(
  verifies(["webhook-endpoints"], "a url alone will do, and a retry with its key makes one endpoint"),
  async () => {
    const send = () =>
      fetch(`${harness.api.url}/v1/webhook_endpoints`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": "once" },
        body: JSON.stringify({ url: WANTED.url }),
      });
    const answers = [await send(), await send()].map((response) => response.json());
    // A cast: the test says what it expects to find.
    const [first, second] = (await Promise.all(answers)) as { id: string; event_types: string[] }[];
    assert.ok(first);
    assert.deepEqual(first, second);
    assert.equal(first.event_types.length, 4);
    await client.webhooks.delete(first.id);
  },
);

test(verifies(["webhook-endpoints"], "bad input is named"), async () => {
  const cases: [object, string, RegExp][] = [
    [{}, "url", /required/],
    [{ url: "hooks.example.com" }, "url", /must be a URL/],
    [{ url: "ftp://example.com/" }, "url", /https:\/\/ or http:\/\//],
    [{ url: "https://me:secret@example.com/" }, "url", /user name/],
    [{ url: "https://example.com/#part" }, "url", /fragment/],
    [{ url: `https://example.com/${"a".repeat(3_000)}` }, "url", /2048/],
    [{ url: WANTED.url, event_types: [] }, "event_types", /at least one/],
    [{ url: WANTED.url, event_types: ["batch.done"] }, "event_types[0]", /batch\.completed/],
    [{ url: WANTED.url, name: "n".repeat(300) }, "name", /256/],
    [{ url: WANTED.url, secret: "mine" }, "secret", /not a parameter/],
  ];
  for (const [body, param, message] of cases) {
    const { status, body: answer } = await harness.api.raw.post("/v1/webhook_endpoints", body);
    assert.equal(status, 400, JSON.stringify(body));
    assert.equal(answer.error?.param, param);
    assert.match(answer.error?.message ?? "", message);
  }
  const unknown = await harness.api.raw.get("/v1/webhook_endpoints/whe_000000000000000000000000/deliveries");
  assert.equal(unknown.body.error?.code, "webhook_endpoint_not_found");
});

test(verifies(["webhooks-walled"], "urls that lead to private addresses are refused"), async () => {
  const hosts = [
    "localhost",
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "169.254.169.254",
    "[::ffff:10.0.0.1]",
    "[::1]",
  ];
  for (const host of hosts) {
    const { status, body } = await strict.raw.post("/v1/webhook_endpoints", { url: `http://${host}:9/` });
    assert.equal(status, 400, host);
    assert.equal(body.error?.param, "url");
    assert.match(body.error?.message ?? "", /is not a public address.*WEBHOOKS_ALLOWED_NETWORKS/);
  }
  const absent = await strict.raw.post("/v1/webhook_endpoints", { url: "http://absent.invalid/" });
  assert.equal(absent.status, 400);
  assert.match(absent.body.error?.message ?? "", /url: its host cannot be found/);
});

test(
  verifies(["webhooks-walled"], "each attempt is checked again, whatever was allowed before"),
  async () => {
    const receiver = await startReceiver();
    const lenient = await startTestApi(harness.redis.url, {
      DATA_DIR: harness.dataDir,
      WEBHOOKS_ALLOWED_NETWORKS: [parseDestination("127.0.0.0/8"), parseDestination("::1/128")],
    });
    const { id } = await lenient.client.webhookEndpoints.create({ url: receiver.url });
    await harness.stopSending();
    await harness.startSending({ WEBHOOKS_ALLOW_PRIVATE: false });
    await assert.rejects(lenient.client.webhookEndpoints.test(id), {
      status: 424,
      message: /127\.0\.0\.1 is not a public address/,
    });
    assert.equal(receiver.received.length, 0);
    await harness.stopSending();
    await harness.startSending();
    await client.webhooks.delete(id);
    await lenient.stop();
    await receiver.close();
  },
);

test(
  verifies(["webhook-endpoints"], "a test is sent once, answers with the status, and is in the log"),
  async () => {
    const receiver = await startReceiver(
      (response, count) => void response.writeHead([500, 301][count - 1] ?? 200, { location: "/" }).end(),
    );
    const { id, signing_secret } = await create({ url: receiver.url });
    const failed = await client.webhooks.test(id, { event_type: "batch.completed" });
    assert.equal(failed.status_code, 500);
    const { webhookEndpoints } = harness.api.client;
    const moved = await webhookEndpoints.test(id);
    assert.deepEqual([moved.status_code, moved.success], [301, false]);
    const fine = await webhookEndpoints.test(id);
    assert.equal(fine.status_code, 200);
    assert.equal(fine.event_type, "webhook.test");
    assert.deepEqual([failed.success, fine.success], [false, true]);
    for (const { body, headers } of receiver.received) {
      await client.webhooks.unwrap(body, headers as Record<string, string>, signing_secret);
    }
    const log = await harness.deliveries(id);
    assert.deepEqual(
      log.map(({ event_type, status, attempts }) => [event_type, status, attempts.length]),
      [
        ["webhook.test", "delivered", 1],
        ["webhook.test", "failed", 1],
        ["batch.completed", "failed", 1],
      ],
    );
    const page = await webhookEndpoints.deliveries(id, { limit: 1 });
    assert.equal(page.has_more, true);
    const next = await webhookEndpoints.deliveries(id, { limit: 1, after: page.last_id ?? "" });
    assert.equal(next.first_id, log[1]?.id);
    await receiver.close();
    await assert.rejects(client.webhooks.test(id, { event_type: "batch.completed" }), (error) => {
      assert.ok(error instanceof OpenAI.APIError);
      assert.equal(error.code, "webhook_not_delivered");
      assert.match(error.message, /ECONNREFUSED/);
      return true;
    });
    await client.webhooks.delete(id);
  },
);

test(verifies(["webhook-endpoints"], "there is a limit to endpoints"), async () => {
  const made: string[] = [];
  for (let i = 0; i < MAX_WEBHOOK_ENDPOINTS; i++) made.push((await create({})).id);
  await assert.rejects(create({}), /50 webhook endpoints, which is the most/);
  for (const id of made) await client.webhooks.delete(id);
});
