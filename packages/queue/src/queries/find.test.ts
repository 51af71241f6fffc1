import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId } from "@bullpen/contracts";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { findQuery } from "./find.js";
import { submitQueries } from "./submit.js";

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

test("a query that waits is queued, with its job as it was submitted", async () => {
  const [id = ""] = await submitQueries(queues, [testJob("x")]);
  const record = await findQuery(queues, id);
  assert.equal(record?.status, "queued");
  assert.equal(record?.job.query, "x");
  assert.equal(record?.outcome, undefined);
});

test("a query whose end is written is terminal, whatever its job says", async () => {
  const [id = ""] = await submitQueries(queues, [testJob("x")]);
  await queues.transcripts.end(id, { status: "cancelled" });
  assert.deepEqual((await findQuery(queues, id))?.outcome, { status: "cancelled" });
});

test("a query is unknown without its transcript or its job, or when these cannot be read", async () => {
  const { redis } = queues;
  assert.equal(await findQuery(queues, newId("query")), undefined);
  const [noJob = "", damaged = ""] = await submitQueries(queues, [testJob("1"), testJob("2")]);
  await redis.del(`{bullpen}:agent.m:${noJob}`);
  assert.equal(await findQuery(queues, noJob), undefined);
  await redis.hset(`{bullpen}:agent.m:${damaged}`, "data", "garbage");
  assert.equal(await findQuery(queues, damaged), undefined);
});
