import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { submitQueries } from "../queries/submit.js";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { BacklogReader } from "./backlog.js";

let queues: TestQueues;
let reader: BacklogReader;
before(async () => {
  queues = await startTestQueues();
  reader = new BacklogReader({ redis: queues.redis, defaultModel: "m" });
});
after(async () => {
  await reader.close();
  await queues.stop();
});

test("a model that nobody has served yet is reported, with nothing", async () => {
  const { models, batches } = await reader.read();
  const none = { queued: 0, running: 0, waiting_for_tool: 0, headWaitSeconds: 0 };
  assert.deepEqual(models, [{ model: "m", ...none }]);
  assert.equal(batches, 0);
});

test("the wait is that of the fresh query which begins next", async () => {
  const [first = ""] = await submitQueries(queues, [testJob("1"), testJob("2")]);
  await queues.redis.hset(`{bullpen}:agent.m:${first}`, "timestamp", String(Date.now() - 60_000));
  const [model] = (await reader.read()).models;
  assert.equal(model?.queued, 2);
  assert.ok(model.headWaitSeconds >= 60 && model.headWaitSeconds < 90, String(model.headWaitSeconds));
});

test("built-in tools are reported by their queue, with the wait of the oldest call", async () => {
  const { tools } = await reader.read();
  assert.ok(tools.length > 0);
  const [{ queue } = { queue: "" }] = tools;
  const calls = queues.queues.get(`tools.${queue}`);
  await calls.add("call", {}, { timestamp: Date.now() - 5_000 });
  await calls.add("call", {});
  const found = (await reader.read()).tools.find((tool) => tool.queue === queue);
  assert.equal(found?.queued, 2);
  assert.ok(found.headWaitSeconds >= 5 && found.headWaitSeconds < 35, String(found.headWaitSeconds));
});

test("a clock that is ahead gives no negative wait", async () => {
  const [id = ""] = await submitQueries(queues, [testJob("3", { model: "m" })]);
  const ids = await queues.redis.zrange("{bullpen}:agent.m:prioritized", "0", "-1");
  for (const each of [...ids, id]) {
    await queues.redis.hset(`{bullpen}:agent.m:${each}`, "timestamp", String(Date.now() + 60_000));
  }
  assert.equal((await reader.read()).models[0]?.headWaitSeconds, 0);
});
