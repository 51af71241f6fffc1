import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { newId } from "@bullpen/contracts";
import { LocalStore } from "../local-store.js";
import type { Delivery } from "./webhook-records.js";
import { WebhookStore } from "./webhook-store.js";

const LOG_LENGTH = 3;
let folder: string;
let webhooks: WebhookStore;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-webhooks-"));
  webhooks = new WebhookStore(await LocalStore.open(folder), LOG_LENGTH);
});
after(() => rm(folder, { recursive: true, force: true }));

function delivery(endpointId: string): Delivery {
  return {
    tenant: "default",
    endpoint_id: endpointId,
    event_id: newId("event"),
    event_type: "batch.completed",
    subject_id: "batch_1",
    created_at: Date.now(),
    once: false,
    status: "pending",
    attempts: [],
    next_attempt_at: null,
  };
}

async function finish(one: Delivery): Promise<void> {
  await webhooks.writeDelivery({ ...one, status: "delivered" });
  await webhooks.settle(one);
}

test("a delivery is pending from its announcement to its end, and not again", async () => {
  const one = delivery(newId("webhook_endpoint"));
  const { tenant, endpoint_id, event_id } = one;
  assert.equal(await webhooks.announce(one), true);
  assert.equal(await webhooks.announce(one), true, "a process that died before the end repeats it");
  assert.deepEqual(await webhooks.pending(), [{ tenant, endpoint_id, event_id }]);
  await finish(one);
  assert.equal(await webhooks.announce(one), false);
  assert.deepEqual(await webhooks.pending(), []);
});

test("a log keeps its length, the newest, and all that is not over", async () => {
  const id = newId("webhook_endpoint");
  const all = Array.from({ length: 8 }, () => delivery(id));
  for (const [i, one] of all.entries()) {
    await webhooks.announce(one);
    if (i !== 1) await finish(one);
  }
  const kept = [1, 5, 6, 7].map((i) => all[i]?.event_id);
  assert.deepEqual(await webhooks.eventIds({ tenant: "default", id }), kept);
});
