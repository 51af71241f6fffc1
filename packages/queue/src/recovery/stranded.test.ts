import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { submitQueries } from "../queries/submit.js";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { StrandedQueries } from "./stranded.js";

const JOBS = "{bullpen}:agent.m";

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

test("jobs in no list return to their queue, each to where BullMQ would add it, once per start of Redis", async () => {
  const { redis } = queues;
  const ids = await submitQueries(
    queues,
    ["1", "2", "3", "4"].map((query) => testJob(query)),
  );
  const [fresh = "", resumed = "", ended = "", queued = ""] = ids;
  await redis.zrem(`${JOBS}:prioritized`, fresh, resumed, ended);
  await redis.hset(`${JOBS}:${resumed}`, "priority", 0); // a query that has had a turn
  await queues.transcripts.end(ended, { status: "cancelled" });
  const stranded = new StrandedQueries(redis);
  assert.equal(await stranded.requeueAfterRestart(), 2);
  assert.deepEqual(await redis.lrange(`${JOBS}:wait`, 0, -1), [resumed]);
  assert.deepEqual((await redis.zrange(`${JOBS}:prioritized`, "0", "-1")).sort(), [fresh, queued].sort());
  await redis.zrem(`${JOBS}:prioritized`, fresh);
  assert.equal(await stranded.requeueAfterRestart(), 0);
  assert.equal(await new StrandedQueries(redis).requeueAfterRestart(), 0, "another process has checked");
  stranded.close();
});

test("while another process checks, this one does nothing, and continues when that one has died", async () => {
  const { redis } = queues;
  await redis.del("{bullpen}:checked-run");
  await redis.set("{bullpen}:checking-run", "other");
  const stranded = new StrandedQueries(redis);
  assert.equal(await stranded.requeueAfterRestart(), 0);
  assert.equal(await redis.exists("{bullpen}:checked-run"), 0);
  await redis.del("{bullpen}:checking-run"); // it expires when its holder has died
  assert.equal(await stranded.requeueAfterRestart(), 1);
  stranded.close();
});
