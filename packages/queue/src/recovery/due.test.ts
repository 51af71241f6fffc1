import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { submitQueries } from "../queries/submit.js";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { readDue, removeQuery } from "./due.js";

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

test("due are those past their time, longest first; only one that has ended can be removed", async () => {
  const { redis, transcripts } = queues;
  const [late = "", ended = "", early = ""] = await submitQueries(queues, [
    testJob("1"),
    testJob("2"),
    testJob("3"),
  ]);
  await transcripts.end(ended, { status: "cancelled" });
  await redis.zadd("{bullpen}:due", 2, late, 1, ended);
  assert.ok(early);
  const home = { model: "m", tenant: "default" };
  assert.deepEqual(await readDue(redis, 10), [
    { id: ended, home, isRemovable: true },
    { id: late, home, isRemovable: false },
  ]);
  assert.equal((await readDue(redis, 1)).length, 1);
});

test("a removal takes job, transcript, index and time, also where another type has a key", async () => {
  const { redis } = queues;
  const [id = "", odd = ""] = await submitQueries(queues, [
    testJob("1", { tenant: "r" }),
    testJob("2", { tenant: "r" }),
  ]);
  await redis.del(`{bullpen}:agent.m:${odd}`);
  await redis.set(`{bullpen}:agent.m:${odd}`, "no hash");
  const home = { model: "m", tenant: "r" };
  for (const query of [id, odd])
    await removeQuery(redis, queues.queues, { id: query, home, isRemovable: true });
  assert.deepEqual(await redis.keys(`*${id}*`), []);
  assert.deepEqual(await redis.zrange("{bullpen}:queries:r", "0", "-1"), []);
  assert.equal(await redis.zscore("{bullpen}:due", odd), null);
});
