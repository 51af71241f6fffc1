import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId } from "@bullpen/contracts";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { listQueries } from "./list.js";
import { submitQueries } from "./submit.js";

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

test("pages go from the newest to the oldest, of one tenant", async () => {
  const ids: string[] = [];
  for (const query of ["1", "2", "3"])
    ids.push(...(await submitQueries(queues, [testJob(query, { tenant: "a" })])));
  await submitQueries(queues, [testJob("other", { tenant: "b" })]);
  const newestFirst = [...ids].sort().reverse();
  const first = await listQueries(queues, "a", { after: undefined, limit: 2 });
  assert.deepEqual(
    first.map(({ id }) => id),
    newestFirst.slice(0, 2),
  );
  assert.equal(first[0]?.record?.status, "queued");
  const second = await listQueries(queues, "a", { after: first.at(-1)?.id, limit: 2 });
  assert.deepEqual(
    second.map(({ id }) => id),
    newestFirst.slice(2),
  );
});

test("an id without a query leaves the index, unless its submission may not have ended", async () => {
  const { redis } = queues;
  const [old, young] = ["query_000000000000000000000000", newId("query")];
  await redis.zadd("{bullpen}:queries:gone", 0, old, 0, young);
  const page = await listQueries(queues, "gone", { after: undefined, limit: 10 });
  assert.deepEqual(
    page.map(({ id, record }) => [id, record]),
    [
      [young, undefined],
      [old, undefined],
    ],
  );
  assert.deepEqual(await redis.zrange("{bullpen}:queries:gone", "0", "-1"), [young]);
});
