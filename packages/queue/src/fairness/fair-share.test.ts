import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PRIORITY } from "@bullpen/contracts";
import { submitQueries } from "../queries/submit.js";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { FairShare, fairShareKey } from "./fair-share.js";

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

test("the places of a share follow each other at its average cost", async () => {
  const { redis, fairShare } = queues;
  await redis.hset(fairShareKey("a"), { "cost:t": 10 });
  const places = await fairShare.reserve("a", "t", "interactive", 3);
  assert.deepEqual(
    places.map(({ virtualStart, priority }) => [virtualStart, priority]),
    [0, 10, 20].map((start) => [start, PRIORITY.first + start]),
  );
  const [next] = await fairShare.reserve("a", "t", "interactive", 1);
  assert.equal(next?.virtualStart, 30);
});

test("an idle share starts at virtual time, not at the end of its own last query", async () => {
  const { redis, fairShare } = queues;
  await redis.hset(fairShareKey("b"), { now: 500, "finish:t": 20 });
  const [place] = await fairShare.reserve("b", "t", "interactive", 1);
  assert.equal(place?.virtualStart, 500);
});

test("each of a tenant's active shares is charged as many times its cost as there are shares", async () => {
  const { redis, fairShare } = queues;
  await redis.hset(fairShareKey("c"), { "cost:batch": 10 });
  const places = await fairShare.reserve("c", "batch", "batch", 2, 3);
  assert.deepEqual(
    places.map(({ virtualStart, virtualCost }) => [virtualStart, virtualCost]),
    [
      [0, 30],
      [30, 30],
    ],
  );
});

test("a batch's query has a higher priority number than an interactive one of the same start", async () => {
  const [batch] = await queues.fairShare.reserve("d", "t", "batch", 1);
  const [chat] = await queues.fairShare.reserve("d", "u", "interactive", 1);
  assert.ok(batch && chat && batch.priority > chat.priority + 100_000);
});

test("the base moves up by itself, and the waiting queries keep their order in a range that starts again", async () => {
  const { redis } = queues;
  const fairShare = new FairShare({ redis, rebaseAt: 1_000 });
  const far = 3_000_000;
  await redis.hset(fairShareKey("e"), { now: far, "finish:t": far });
  const jobs = Array.from({ length: 5 }, (_, i) => testJob(String(i), { model: "e", tenant: "t" }));
  const ids = await submitQueries({ ...queues, fairShare }, jobs);
  await fairShare.rebase("e");
  const members = await redis.zrange("{bullpen}:agent.e:prioritized", "0", "-1", "WITHSCORES");
  assert.deepEqual(
    members.filter((_, i) => i % 2 === 0),
    ids,
  );
  const priorities = members
    .filter((_, i) => i % 2 === 1)
    .map((score) => Math.floor(Number(score) / 2 ** 32));
  assert.equal(priorities[0], PRIORITY.first);
  assert.ok(priorities.every((priority) => priority < 100));
});

test("a share that is forgotten leaves nothing", async () => {
  const { redis, fairShare } = queues;
  await fairShare.reserve("f", "t", "interactive", 1);
  await fairShare.forget("f", "t");
  assert.deepEqual(await redis.hgetall(fairShareKey("f")), {});
});

test("a flexible query goes after all others of its class, and a batch's after those", async () => {
  const { fairShare } = queues;
  const [flex] = await fairShare.reserve("g", "t flex", "interactive", 1, 1, ["flex"]);
  const [chat] = await fairShare.reserve("g", "u", "interactive", 1);
  const lines = await fairShare.reserve("g", "b", "batch", 3, 1, ["flex", undefined, "priority"]);
  const order = [chat, flex, lines[2], lines[1], lines[0]].map((place) => place?.priority ?? 0);
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
});

test("a priority query precedes its tenant's other ones, which pay for it, and not before another tenant's", async () => {
  const { redis, fairShare } = queues;
  await redis.hset(fairShareKey("h"), { "cost:t": 10, "cost:t priority": 10, "cost:u": 10 });
  const context = { ...queues, fairShare };
  const jobOf = (tenant: string, service_tier?: "priority") =>
    testJob("x", { model: "h", tenant, ...(service_tier && { service_tier }) });
  await submitQueries(
    context,
    [...Array(5)].map(() => jobOf("t")),
  );
  const [other] = await submitQueries(context, [jobOf("u")]);
  const urgent = await submitQueries(context, [jobOf("t", "priority"), jobOf("t", "priority")]);
  const places = await redis.zrange("{bullpen}:agent.h:prioritized", "0", "-1");
  const at = (id: string | undefined) => places.indexOf(id ?? "");
  assert.ok(at(urgent[0]) <= 2, "before the tenant's others, beside another tenant's first");
  assert.ok(at(other) < at(urgent[1]), "the second waits for another tenant's first");
  const [next] = await fairShare.reserve("h", "t", "interactive", 1);
  assert.equal(next?.virtualStart, 70, "five of its own and two that went before");
});

test("after the base has moved each query is where its class and tier put it", async () => {
  const { redis, fairShare } = queues;
  const far = 3_000_000;
  await redis.hset(fairShareKey("i"), { now: far });
  const flex = testJob("x", { model: "i", tenant: "t", service_tier: "flex" });
  const [first] = await submitQueries({ ...queues, fairShare }, [flex]);
  await fairShare.rebase("i");
  const score = await redis.zscore("{bullpen}:agent.i:prioritized", first ?? "");
  assert.equal(Math.floor(Number(score) / 2 ** 32), PRIORITY.first + 100_000);
});
