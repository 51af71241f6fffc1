import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId, PRIORITY } from "@bullpen/contracts";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { endQuery } from "./end.js";
import { findQuery } from "./find.js";
import { submitQueries } from "./submit.js";

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

test("a query ends once, and its queued job goes to where a worker takes it next", async () => {
  const [id = ""] = await submitQueries(queues, [testJob("x")]);
  assert.equal(await endQuery(queues, id, { status: "cancelled" }), true);
  assert.equal(await endQuery(queues, id, { status: "expired" }), false);
  assert.equal((await findQuery(queues, id))?.status, "cancelled");
  assert.equal((await queues.queues.get("agent.m").getJob(id))?.priority, PRIORITY.resumed);
  assert.deepEqual(await queues.redis.lrange("{bullpen}:agent.m:wait", 0, -1), [id]);
});

test("a query that is unknown is not ended", async () => {
  assert.equal(await endQuery(queues, newId("query"), { status: "cancelled" }), false);
});
