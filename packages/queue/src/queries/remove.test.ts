import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId } from "@bullpen/contracts";
import { sweepDueQueries } from "../recovery/sweep.js";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { findQuery } from "./find.js";
import { listQueries } from "./list.js";
import { DUE_KEY } from "./query-keys.js";
import { removeQuery } from "./remove.js";
import { submitQueries } from "./submit.js";

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

test("a removed query is unknown at once, and the sweep removes what is stored of it", async () => {
  const { redis } = queues;
  const [id = "", other = ""] = await submitQueries(queues, [testJob("1"), testJob("2")]);
  await removeQuery(queues, id);
  assert.equal(await findQuery(queues, id), undefined);
  const listed = await listQueries(queues, "default", { after: undefined, limit: 10 });
  assert.deepEqual(
    listed.map((query) => query.id),
    [other],
  );
  await redis.zadd(DUE_KEY, 1, id);
  assert.equal((await sweepDueQueries(queues)).removed, 1);
  assert.deepEqual(await redis.keys(`*${id}*`), []);
  assert.equal((await findQuery(queues, other))?.status, "queued");
});

test("removing what there is not leaves nothing for good", async () => {
  const id = newId("query");
  await removeQuery(queues, id);
  assert.equal(await queues.redis.exists(`{bullpen}:transcript:${id}`), 0);
});
