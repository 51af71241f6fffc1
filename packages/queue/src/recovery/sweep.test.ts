import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { deferred } from "@bullpen/base";
import { newId } from "@bullpen/contracts";
import { findQuery } from "../queries/find.js";
import { submitQueries } from "../queries/submit.js";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { QuerySweep, sweepDueQueries } from "./sweep.js";

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
beforeEach(() => queues.redis.flushall());
after(() => queues.stop());

const NOTHING = { expired: 0, removed: 0, hasMore: false };
const JOBS = "{bullpen}:agent.m";

test("a query past its deadline expires, once", async () => {
  const [id = "", other = ""] = await submitQueries(queues, [testJob("x"), testJob("y")]);
  await queues.redis.zadd("{bullpen}:due", 1, id);
  assert.deepEqual(await sweepDueQueries(queues), { ...NOTHING, expired: 1 });
  assert.equal((await findQuery(queues, id))?.status, "expired");
  assert.equal((await findQuery(queues, other))?.status, "queued");
  assert.deepEqual(await sweepDueQueries(queues), NOTHING);
});

test("a query whose retention is over is removed everywhere; an interrupted removal is completed", async () => {
  const { redis } = queues;
  const ids = await submitQueries(queues, [testJob("x"), testJob("y"), testJob("z")]);
  const [whole = "", cut = "", kept = ""] = ids;
  for (const id of ids) await queues.transcripts.end(id, { status: "cancelled" });
  // One whose job was removed already, and one of which nothing is left but its time.
  await redis.zadd("{bullpen}:due", 1, whole, 1, cut, 1, "query_000000000000000000000000");
  await redis.del(`${JOBS}:${cut}`);
  assert.deepEqual(await sweepDueQueries(queues), { ...NOTHING, removed: 2 });
  assert.deepEqual(await redis.zrange("{bullpen}:due", "0", "-1"), [kept]);
  assert.deepEqual(await redis.zrange("{bullpen}:queries:default", "0", "-1"), [kept]);
  for (const id of [whole, cut]) assert.deepEqual(await redis.keys(`*${id}*`), []);
});

test("index entries of a submission without a job are removed at the deadline, not earlier", async () => {
  const { redis } = queues;
  const old = "query_000000000000000000000000";
  const young = newId("query");
  for (const id of [old, young]) {
    await redis.hset(`{bullpen}:transcript:${id}`, { model: "m", tenant: "default" });
    await redis.zadd("{bullpen}:queries:default", 0, id);
    await redis.zadd("{bullpen}:due", 1, id);
  }
  assert.deepEqual(await sweepDueQueries(queues), NOTHING);
  assert.deepEqual(await redis.keys("*:transcript:*"), [`{bullpen}:transcript:${young}`]);
  assert.deepEqual(await redis.zrange("{bullpen}:due", "0", "-1"), [young]);
  assert.deepEqual(await redis.zrange("{bullpen}:queries:default", "0", "-1"), [young]);
});

test("a query that the queue gave up without an end is ended by the sweep, and kept for its retention", async () => {
  const { redis } = queues;
  const [id = ""] = await submitQueries(queues, [testJob("x")]);
  // The state that a worker leaves which dies between giving the job up and writing the end.
  await redis.zrem(`${JOBS}:prioritized`, id);
  await redis.zadd(`${JOBS}:failed`, 1, id);
  await redis.hset(`${JOBS}:${id}`, "failedReason", "too many attempts");
  await redis.zadd("{bullpen}:due", 1, id);
  assert.deepEqual(await sweepDueQueries(queues), NOTHING);
  const error = { code: "internal_error", message: "too many attempts" };
  assert.deepEqual((await findQuery(queues, id))?.transcript.end?.outcome, { status: "failed", error });
  assert.ok(Number(await redis.zscore("{bullpen}:due", id)) > Date.now());
});

test("the timer sweeps again at once while there is more, and not after it is stopped", async () => {
  const drained = deferred<void>();
  let [runs, sweeps] = [0, 0];
  const fake = {
    requeueStranded: async () => runs++,
    sweep: async () => {
      if (++sweeps === 3) drained.resolve();
      return { ...NOTHING, hasMore: sweeps < 3 };
    },
  };
  const sweep = new QuerySweep({ queues: fake, everyMs: 1 });
  await drained.promise;
  assert.equal(runs, 1);
  await sweep.stop();
  const swept = sweeps;
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(sweeps, swept);
});
