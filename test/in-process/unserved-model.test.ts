import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ModelRegistry } from "@bullpen/queue";
import OpenAI from "openai";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

const KEY = "{bullpen}:models";
const hello = [{ role: "user" as const, content: "hello" }];

let harness: BatchHarness;
let registry: ModelRegistry;
before(async () => {
  harness = await startBatchHarness({ script: () => finalAnswer("fine") });
  registry = new ModelRegistry(harness.agents.redis.connection);
});
after(() => harness.stop());

/** A model whose last worker registered it so long ago, without a good-bye. */
async function lastServed(name: string, millisecondsAgo: number): Promise<void> {
  await registry.register({ name, context_tokens: 4_096 });
  const { connection } = harness.agents.redis;
  const record = JSON.parse((await connection.hget(KEY, name)) ?? "");
  const registered_at = record.registered_at - millisecondsAgo;
  await connection.hset(KEY, name, JSON.stringify({ ...record, registered_at }));
}

async function assertUnserved(model: string): Promise<void> {
  const client = new OpenAI({ baseURL: `${harness.api.url}/v1`, apiKey: "none", maxRetries: 0 });
  for (const stream of [false, true]) {
    await assert.rejects(client.chat.completions.create({ model, messages: hello, stream }), (error) => {
      assert.ok(error instanceof OpenAI.APIError);
      assert.deepEqual([error.status, error.code, error.param], [503, "model_not_served", "model"]);
      assert.equal(error.headers?.get("retry-after"), "10");
      assert.match(error.message, new RegExp(`No worker serves the model ${model} at the moment`));
      return true;
    });
  }
}

async function isServed(name: string): Promise<boolean> {
  return (await harness.client.models.get(name)).bullpen.served;
}

test(verifies(["model-not-served"], "a model of an installation that starts is waited for"), async () => {
  const { choices } = await harness.client.chat.complete({ model: "scripted", messages: hello });
  assert.equal(choices[0]?.message.content, "fine");
});

test(
  verifies(["model-not-served"], "a chat is refused at once when the model's worker has stopped"),
  async () => {
    const stop = await registry.keepRegistered({ name: "left", context_tokens: 4_096 });
    assert.equal(await isServed("left"), true);
    await stop();
    assert.equal(await isServed("left"), false);
    await assertUnserved("left");
  },
);

test(verifies(["model-not-served"], "and half a minute after it has died"), async () => {
  await lastServed("dead", 29_000);
  assert.equal(await isServed("dead"), true);
  await lastServed("dead", 30_000);
  assert.equal(await isServed("dead"), false);
  await assertUnserved("dead");
});

test(verifies(["model-not-served"], "queries are queued for it, and told that they wait"), async () => {
  await lastServed("away", 60_000);
  const waiting = await harness.client.queries.submit({ query: "hello", model: "away" });
  assert.match(waiting.warning ?? "", /No worker serves the model away at the moment/);
  const served = await harness.client.queries.submit({ query: "hello" });
  assert.equal("warning" in served, false);
});

test(
  verifies(["model-not-served"], "a batch for a model that nobody has served for a day is refused"),
  async () => {
    await lastServed("gone", 86_401_000);
    const line = batchLine("a", "hello", { model: "gone" });
    const file = await harness.client.files.upload(line, { filename: "a.jsonl" });
    const { id } = await harness.client.batches.create({ input_file_id: file.id });
    const batch = await until("it is refused", async () => {
      const now = await harness.client.batches.get(id);
      return now.status === "failed" && now;
    });
    assert.equal(batch.errors?.data?.[0]?.code, "model_not_served");
    assert.match(batch.errors?.data?.[0]?.message ?? "", /No worker has served the model "gone"/);
  },
);
