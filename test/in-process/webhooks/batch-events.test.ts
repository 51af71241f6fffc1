import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { WebhookEvent } from "@bullpen/protocol";
import { BatchStore, LocalStore } from "@bullpen/storage";
import { verifies } from "../../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../../testing/batch-harness.js";
import { batchLine } from "../../testing/batch-lines.js";
import { type Receiver, startReceiver } from "../../testing/receiver.js";
import { until } from "../../testing/until.js";
import { untilAborted } from "../../testing/until-aborted.js";

let harness: BatchHarness;
let receiver: Receiver;
before(async () => {
  receiver = await startReceiver();
  const settings = { WEBHOOKS_ALLOW_PRIVATE: true };
  harness = await startBatchHarness({
    script: async ({ messages }, _call, signal) => {
      if (messages.at(-1)?.content.startsWith("hang")) {
        await untilAborted(signal);
      }
      if (messages.at(-1)?.content === "call") return action("look_up", {});
      return finalAnswer("Hello.");
    },
    tools: {},
    api: settings,
    batcher: settings,
  });
  await harness.client.webhookEndpoints.create({
    url: receiver.url,
    name: "all",
    event_types: ["batch.completed", "batch.failed", "batch.expired", "batch.cancelled"],
  });
});
after(async () => {
  await harness.stop();
  await receiver.close();
});

async function createBatch(line: string): Promise<string> {
  const input = await harness.client.files.upload(line);
  return (await harness.client.batches.create({ input_file_id: input.id })).id;
}

async function isRunning(id: string): Promise<boolean> {
  return (await harness.client.batches.get(id)).status === "in_progress";
}

test(verifies(["webhooks-sent"], "every end of a batch is told, when the batch shows it"), async () => {
  const completed = await createBatch(batchLine("a", "hello"));
  const failed = await createBatch("{not json");
  const cancelled = await createBatch(batchLine("a", "hang until cancelled"));
  const expired = await createBatch(batchLine("a", "hang until expired"));
  await until("both run", async () => (await isRunning(cancelled)) && (await isRunning(expired)));
  await harness.client.batches.cancel(cancelled);
  // What a batcher writes when the 24 hours are over.
  const batches = new BatchStore(await LocalStore.open(harness.dataDir));
  await batches.writeHalt({ tenant: "default", id: expired }, { reason: "expired", at: Date.now() });
  await until("all four ends are told", () => receiver.received.length >= 4);
  const events = receiver.received.map(({ body }) => JSON.parse(body) as WebhookEvent); // compared below
  assert.deepEqual(
    new Map(events.map(({ type, data }) => [type, data.id])),
    new Map([
      ["batch.completed", completed],
      ["batch.failed", failed],
      ["batch.cancelled", cancelled],
      ["batch.expired", expired],
    ]),
  );
  for (const { data, type } of events) {
    assert.equal(`batch.${(await harness.client.batches.get(data.id)).status}`, type);
  }
});

test(
  verifies(
    ["webhooks-sent", "caller-tools"],
    "a query that waits for its caller is told, once for each call",
  ),
  async () => {
    const calls = await startReceiver();
    await harness.client.webhookEndpoints.create({ url: calls.url, event_types: ["query.requires_action"] });
    const { id } = await harness.client.queries.submit({
      query: "call",
      tools: [{ type: "function", function: { name: "look_up" } }],
    });
    await until("it is told", () => calls.received.length > 0);
    const event = JSON.parse(calls.received[0]?.body ?? "") as WebhookEvent; // compared below
    assert.deepEqual([event.type, event.data], ["query.requires_action", { id }]);
    const [call] = (await harness.client.toolCalls.list({ queryId: id })).data;
    await harness.client.toolCalls.submitOutputs(id, [{ tool_call_id: call?.id ?? "", output: "found" }]);
    assert.equal((await harness.client.queries.wait(id)).answer, "Hello.");
    assert.equal(calls.received.length, 1);
    await calls.close();
  },
);
