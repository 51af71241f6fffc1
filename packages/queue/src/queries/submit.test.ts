import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId } from "@bullpen/contracts";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { mayBeSubmitting, recordQueries, submitQueries } from "./submit.js";

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

test("a submission writes transcript, index, deadline and job, and returns the ids in order", async () => {
  const before = Date.now();
  const limits = {
    max_steps: 10,
    max_tokens: 1,
    max_total_tokens: 1,
    timeout_seconds: 60,
    on_limit: "answer" as const,
  };
  const ids = await submitQueries(queues, [
    testJob("one", { tenant: "t", limits }),
    testJob("two", { model: "other", tenant: "t" }),
  ]);
  const { redis } = queues;
  assert.deepEqual(await redis.hgetall(`{bullpen}:transcript:${ids[0]}`), { model: "m", tenant: "t" });
  assert.deepEqual(await redis.zrange("{bullpen}:queries:t", "0", "-1"), [...ids].sort());
  const due = Number(await redis.zscore("{bullpen}:due", ids[0] ?? ""));
  assert.ok(due >= before + 60_000 && due <= Date.now() + 60_000);
  const jobs = await Promise.all(
    ["m", "other"].map((model, i) => queues.queues.get(`agent.${model}`).getJob(ids[i] ?? "")),
  );
  assert.deepEqual(
    jobs.map((job) => job?.data.query),
    ["one", "two"],
  );
});

test("an id whose job exists was submitted before: it is left as it is, and the others are added", async () => {
  const [known] = await submitQueries(queues, [testJob("first", { model: "again" })]);
  assert.ok(known);
  const ids = [known, newId("query")];
  const jobs = [testJob("changed", { model: "again" }), testJob("new", { model: "again" })];
  assert.deepEqual(await submitQueries(queues, jobs, { ids }), ids);
  const queue = queues.queues.get("agent.again");
  assert.equal((await queue.getJob(known))?.data.query, "first");
  assert.equal(await queue.getPrioritizedCount(), 2);
});

test("a submission that was cut off before its jobs is completed when it comes again", async () => {
  const query = { id: newId("query"), job: testJob("cut", { model: "cut" }) };
  await recordQueries(queues.redis, [{ ...query, priority: 1 }], { isListed: true });
  await submitQueries(queues, [query.job], { ids: [query.id] });
  assert.equal((await queues.queues.get("agent.cut").getJob(query.id))?.data.query, "cut");
});

test("the job's name is the beginning of the query on one line, and cuts no character in half", async () => {
  const [id = ""] = await submitQueries(queues, [
    testJob(` a\n b${"x".repeat(56)}😀 end`, { model: "title" }),
  ]);
  assert.equal((await queues.queues.get("agent.title").getJob(id))?.name, `a b${"x".repeat(56)}\uFFFD…`);
});

test("only a young id may still be without its job", () => {
  assert.equal(mayBeSubmitting(newId("query")), true);
  assert.equal(mayBeSubmitting("query_000000000000000000000000"), false);
  assert.equal(mayBeSubmitting("no id"), false);
});
