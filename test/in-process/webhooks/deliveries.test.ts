import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { verifies } from "../../source-checks/requirements/requirements.js";
import { type Received, type Receiver, startReceiver } from "../../testing/receiver.js";
import { until } from "../../testing/until.js";
import { startWebhookHarness, WEBHOOK_PLACES, type WebhookHarness } from "../../testing/webhook-harness.js";

let harness: WebhookHarness;
before(async () => {
  harness = await startWebhookHarness();
});
after(() => harness.stop());

const receivers: Receiver[] = [];
const endpoints: string[] = [];
afterEach(async () => {
  for (const id of endpoints.splice(0)) await harness.client.webhooks.delete(id);
  for (const receiver of receivers.splice(0)) await receiver.close();
});

/** An endpoint at a receiver of its own. */
async function subscribe(answer?: Parameters<typeof startReceiver>[0]) {
  const receiver = await startReceiver(answer);
  receivers.push(receiver);
  const { id, signing_secret } = await harness.client.webhooks.create({
    url: receiver.url,
    name: "ours",
    event_types: ["batch.failed"],
  });
  endpoints.push(id);
  return { id, secret: signing_secret, received: receiver.received };
}

async function announceFailure(): Promise<string> {
  const batch = await harness.failedBatch();
  await harness.announceEnd(batch);
  return batch.id;
}

/** The one delivery of an endpoint, once it is over. */
function ended(endpointId: string) {
  return until("the delivery is over", async () => {
    const [delivery, ...others] = await harness.deliveries(endpointId);
    assert.deepEqual(others, []);
    return delivery && delivery.status !== "pending" && delivery;
  });
}

function headersOf({ headers }: Received): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

const statusCodes = (delivery: { attempts: readonly { status_code: number | null }[] }) =>
  delivery.attempts.map((attempt) => attempt.status_code);

test(
  verifies(["webhooks-signed"], "what comes is verified by the OpenAI client and by Standard Webhooks"),
  async () => {
    const { id, secret, received } = await subscribe();
    const batchId = await announceFailure();
    await ended(id);
    const [webhook] = received;
    assert.ok(webhook && received.length === 1);
    const event = await harness.client.webhooks.unwrap(webhook.body, headersOf(webhook), secret);
    assert.equal(event.type, "batch.failed");
    assert.equal(event.object, "event");
    assert.deepEqual(event.data, { id: batchId });
    assert.equal(webhook.headers["webhook-id"], event.id);
    assert.equal(webhook.headers["content-type"], "application/json");
    assert.deepEqual(new Webhook(secret).verify(webhook.body, headersOf(webhook)), event);
    const forged = webhook.body.replace(batchId, "batch_other");
    await assert.rejects(harness.client.webhooks.unwrap(forged, headersOf(webhook), secret));
  },
);

test(verifies(["webhooks-signed"], "a rotated secret signs beside the old one when asked to"), async () => {
  const { id, secret, received } = await subscribe();
  const rotated = await harness.client.webhooks.rotateSecret(id, {
    keep_old_secret_active_for_24_hours: true,
  });
  assert.notEqual(rotated.signing_secret, secret);
  await announceFailure();
  await ended(id);
  const [webhook] = received;
  assert.ok(webhook);
  for (const one of [secret, rotated.signing_secret]) {
    new Webhook(one).verify(webhook.body, headersOf(webhook));
  }
});

test(verifies(["webhooks-retried"], "a receiver that fails twice gets the same event again"), async () => {
  const { id, secret, received } = await subscribe((response, count) => {
    response.writeHead(count <= 2 ? 500 : 204).end();
  });
  await announceFailure();
  const delivery = await ended(id);
  assert.equal(delivery.status, "delivered");
  assert.deepEqual(statusCodes(delivery), [500, 500, 204]);
  assert.equal(delivery.attempts[0]?.error, "answered 500");
  assert.equal(delivery.next_attempt_at, null);
  assert.equal(new Set(received.map(({ body }) => body)).size, 1);
  for (const webhook of received) {
    assert.equal(webhook.headers["webhook-id"], delivery.id);
    new Webhook(secret).verify(webhook.body, headersOf(webhook));
  }
  const metrics = await harness.metrics.metrics();
  assert.match(metrics, /bullpen_webhook_attempts_total\{outcome="failed"[^}]*\} 2/);
});

test(verifies(["webhooks-retried"], "a redirect is a failure, and not followed"), async () => {
  const elsewhere = await subscribe();
  const { id } = await subscribe((response, count) => {
    const target = receivers[0]?.url;
    response.writeHead(count === 1 ? 302 : 200, { location: target }).end();
  });
  await harness.client.webhooks.update(elsewhere.id, { event_types: ["batch.completed"] });
  await announceFailure();
  assert.deepEqual(statusCodes(await ended(id)), [302, 200]);
  assert.equal(elsewhere.received.length, 0);
});

test(verifies(["webhooks-retried"], "410 Gone disables an endpoint until it is updated"), async () => {
  let status = 410;
  const { id, received } = await subscribe((response) => void response.writeHead(status).end());
  await announceFailure();
  const delivery = await ended(id);
  assert.equal(delivery.status, "failed");
  assert.deepEqual(statusCodes(delivery), [410]);
  const disabled = await harness.api.client.webhookEndpoints.get(id);
  assert.ok(disabled.bullpen.disabled_at);
  assert.equal(disabled.bullpen.disabled_reason, "gone");
  await announceFailure();
  status = 200;
  await harness.client.webhooks.update(id, { name: "moved" });
  const third = await announceFailure();
  await until("the third event comes", () => received.length === 2);
  assert.match(received[1]?.body ?? "", new RegExp(third));
});

test("an endpoint that its owner disables gets nothing until it is updated again", async () => {
  const { id, received } = await subscribe();
  const off = await harness.api.client.webhookEndpoints.update(id, { bullpen: { disabled: true } });
  assert.ok(off.bullpen.disabled_at);
  assert.equal(off.bullpen.disabled_reason, "request");
  await announceFailure();
  const on = await harness.api.client.webhookEndpoints.update(id, { name: "on again" });
  assert.deepEqual(on.bullpen, { disabled_at: null, disabled_reason: null });
  const second = await announceFailure();
  await until("the second event comes", () => received.length === 1);
  assert.match(received[0]?.body ?? "", new RegExp(second));
});

test(
  verifies(["webhooks-once"], "an end that is announced again after a crash is delivered once"),
  async () => {
    const { id, received } = await subscribe();
    const batch = await harness.failedBatch();
    await Promise.all([harness.announceEnd(batch), harness.announceEnd(batch)]);
    await ended(id);
    await harness.announceEnd(batch);
    const later = await announceFailure(); // the queue keeps its order: what came before is over
    await until("the later event comes", () => received.some(({ body }) => body.includes(later)));
    assert.equal(received.filter(({ body }) => body.includes(batch.id)).length, 1);
  },
);

test(
  verifies(["webhooks-durable"], "a wipe of Redis loses no delivery, and none of its attempts"),
  async () => {
    const { id } = await subscribe(
      (response, count) => void response.writeHead(count === 1 ? 500 : 200).end(),
    );
    await announceFailure();
    await until("the first attempt fails", async () => {
      const [delivery] = await harness.deliveries(id);
      return delivery?.attempts[0]?.status_code === 500;
    });
    await harness.stopSending();
    await harness.redis.connection.flushall();
    await harness.startSending();
    const delivery = await ended(id);
    assert.equal(delivery.status, "delivered");
    assert.deepEqual(statusCodes(delivery), [500, 200]);
  },
);

test(
  verifies(["webhooks-durable"], "a batcher that stops in the middle of an attempt hands it on"),
  async () => {
    const { id, received } = await subscribe((response, count) => void (count > 1 && response.end()));
    await announceFailure();
    await until("the receiver holds the first attempt", () => received.length === 1);
    await harness.stopSending();
    const [held] = await harness.deliveries(id);
    assert.equal(held?.attempts[0]?.error, "interrupted");
    await harness.startSending();
    const delivery = await ended(id);
    assert.equal(delivery.status, "delivered");
    assert.equal(delivery.attempts.length, 2);
  },
);

test(verifies(["webhooks-retried"], "endpoints that hang leave the others their places"), async () => {
  let open = 0;
  let most = 0;
  const hanging = await subscribe((response) => {
    most = Math.max(most, ++open);
    response.on("close", () => open--);
  });
  const ends = Array.from({ length: 3 * WEBHOOK_PLACES }, announceFailure);
  await Promise.all(ends);
  await until("as many hang as may", () => hanging.received.length >= WEBHOOK_PLACES / 4);
  const healthy = await subscribe();
  const later = await announceFailure();
  await until("the healthy one is told", () => healthy.received.some(({ body }) => body.includes(later)));
  assert.equal(most, WEBHOOK_PLACES / 4);
});

test("nothing is sent to an endpoint that was deleted meanwhile", async () => {
  const { id, received } = await subscribe((response) => void response.writeHead(500).end());
  await announceFailure();
  await until("an attempt fails", async () => (await harness.deliveries(id))[0]?.attempts[0]?.status_code);
  await harness.client.webhooks.delete(id);
  endpoints.pop();
  const queue = "{bullpen}:webhooks";
  await until("the queue is empty", async () => {
    const { connection } = harness.redis;
    const [delayed, active] = [
      await connection.zcard(`${queue}:delayed`),
      await connection.llen(`${queue}:active`),
    ];
    return delayed + active === 0;
  });
  assert.ok(received.length <= 2);
});
