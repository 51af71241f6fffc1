import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { countQueries } from "./counts.js";
import { submitQueries } from "./submit.js";

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

test("a model's queries are counted by state, those of other models are not", async () => {
  const { redis } = queues;
  const none = { queued: 0, running: 0, waiting_for_tool: 0, completed: 0, not_completed: 0 };
  assert.deepEqual(await countQueries(queues, "m"), none);
  await submitQueries(queues, [testJob("1"), testJob("2"), testJob("3", { model: "other" })]);
  const key = "{bullpen}:agent.m";
  await redis.rpush(`${key}:wait`, "resumed");
  await redis.rpush(`${key}:active`, "a");
  await redis.zadd(`${key}:waiting-children`, 1, "b", 1, "c");
  await redis.zadd(`${key}:completed`, 1, "d");
  await redis.zadd(`${key}:failed`, 1, "e");
  const counts = { queued: 3, running: 1, waiting_for_tool: 2, completed: 1, not_completed: 1 };
  assert.deepEqual(await countQueries(queues, "m"), counts);
});
