import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AgentJob, Step } from "@bullpen/contracts";
import { ScriptedModel } from "@bullpen/llm/testing";
import { AgentQueues, FairShare, fairShareKey, WorkAccount } from "@bullpen/queue";
import { finalAnswer } from "../testing/action.js";
import { agentJob, startAgentWorker } from "../testing/agent-harness.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";

let redis: TestRedis;
let queues: AgentQueues;
before(async () => {
  redis = await startTestRedis();
  queues = new AgentQueues({ redis: redis.connection, retentionSeconds: 600 });
});
after(async () => {
  await queues.close();
  await redis.stop();
});

function jobs(count: number, overrides: Partial<AgentJob>): AgentJob[] {
  return Array.from({ length: count }, (_, i) => agentJob(`${overrides.tenant} ${i}`, overrides));
}

/** Runs everything that waits for `model` on one slot, and returns the tenants in the order of their turns. */
async function orderOfTurns(
  model: string,
  expected: number,
  tokens = (_tenant: string) => 64,
): Promise<string[]> {
  const order: string[] = [];
  const scripted = new ScriptedModel({
    name: model,
    slots: 1,
    script: (request) => {
      const tenant = request.messages[1]?.content.split(" ")[0] ?? "";
      order.push(tenant);
      return { text: finalAnswer("x"), usage: { prompt_tokens: 0, completion_tokens: tokens(tenant) } };
    },
  });
  const worker = await startAgentWorker(redis.connection, scripted);
  await until(`${expected} turns`, () => order.length === expected);
  await worker.stop(5_000);
  return order;
}

test("a tenant with few queries does not wait for one with many that came first", async () => {
  await queues.submit(jobs(300, { model: "m1", tenant: "a" }));
  await queues.submit(jobs(20, { model: "m1", tenant: "b" }));
  const order = await orderOfTurns("m1", 320);
  const last = order.lastIndexOf("b");
  assert.ok(last < 60, `b's last turn was number ${last}`);
  assert.ok(order.lastIndexOf("a") === 319, "and a's are all done");
});

test("who makes more work a query gets fewer turns", async () => {
  // A first round teaches what the queries of each tenant cost.
  await queues.submit([
    ...jobs(40, { model: "m2", tenant: "heavy" }),
    ...jobs(40, { model: "m2", tenant: "light" }),
  ]);
  const cost = (tenant: string) => (tenant === "heavy" ? 64 * 40 : 64 * 4);
  await orderOfTurns("m2", 80, cost);
  await queues.submit([
    ...jobs(60, { model: "m2", tenant: "heavy" }),
    ...jobs(60, { model: "m2", tenant: "light" }),
  ]);
  const order = await orderOfTurns("m2", 120, cost);
  const heavyBefore = order
    .slice(0, order.lastIndexOf("light"))
    .filter((tenant) => tenant === "heavy").length;
  assert.ok(heavyBefore < 30, `${heavyBefore} heavy turns before the last of 60 light ones`);
});

test("a batch's queries run after interactive ones that come later", async () => {
  await queues.submit(jobs(50, { model: "m3", tenant: "batch", class: "batch" }));
  await queues.submit(jobs(20, { model: "m3", tenant: "chat" }));
  const order = await orderOfTurns("m3", 70);
  assert.equal(order.lastIndexOf("chat"), 19);
});

test("priorities stay in BullMQ's range forever: the base moves and the order stays", async () => {
  const share = new FairShare({ redis: redis.connection });
  await queues.submit(jobs(700, { model: "m4", tenant: "a" }));
  // As if two thousand million tokens had gone by.
  const far = 32_000_000;
  await redis.connection.hset(fairShareKey("m4"), { now: far, "finish:a": far });
  await queues.submit(jobs(700, { model: "m4", tenant: "late" }));
  await share.rebase("m4");
  await queues.submit(jobs(5, { model: "m4", tenant: "last" }));
  const scores = await redis.connection.zrange("{bullpen}:agent.m4:prioritized", "0", "-1", "WITHSCORES");
  const priorities = scores.filter((_, i) => i % 2 === 1).map((score) => Number(score) / 2 ** 32);
  assert.equal(priorities.length, 1_405);
  assert.ok(Math.max(...priorities) < 10_000, `highest ${Math.max(...priorities)}`);
  const order = await orderOfTurns("m4", 1_405);
  assert.ok(
    order.slice(0, 700).every((tenant) => tenant === "a"),
    "the old ones go first",
  );
  assert.ok(order.indexOf("last") < 720, "a newcomer shares with the late ones");
});

test("what a worker's queries cost reaches their flow together, as if each had been written by itself", async () => {
  const share = new FairShare({ redis: redis.connection });
  const [place] = await share.reserve("m5", "a", "interactive", 3);
  assert.ok(place);
  const job = agentJob("x", {
    model: "m5",
    tenant: "a",
    virtual_start: place.virtualStart,
    virtual_cost: place.virtualCost,
  });
  const account = new WorkAccount({ redis: redis.connection, model: "m5" });
  const works = [10, 2, 7];
  for (const work of works) {
    account.begin(job);
    account.end(job, [turnOf(64 * work)]);
  }
  account.end(job, []); // ended without a turn: it says nothing about its flow
  await account.close();
  const fields = await redis.connection.hgetall(fairShareKey("m5"));
  const average = works.reduce((cost, work) => 0.9 * cost + 0.1 * work, works[0] ?? 0);
  assert.ok(Math.abs(Number(fields["cost:a"]) - average) < 1e-6, `average ${fields["cost:a"]}`);
  // Placed after three queries of the charged cost; they have cost 19 in all.
  assert.ok(Math.abs(Number(fields["finish:a"]) - 19) < 1e-6, `finish ${fields["finish:a"]}`);
});

test("a flow that has been forgotten is not remembered by what its last queries cost", async () => {
  const share = new FairShare({ redis: redis.connection });
  await share.reserve("m6", "batch", "batch", 1);
  const account = new WorkAccount({ redis: redis.connection, model: "m6" });
  account.end(agentJob("x", { model: "m6", flow: "batch", virtual_cost: 4 }), [turnOf(64)]);
  await share.forget("m6", "batch");
  await account.close();
  assert.deepEqual(await redis.connection.hgetall(fairShareKey("m6")), {});
});

function turnOf(completion_tokens: number): Step {
  const usage = { prompt_tokens: 0, cached_tokens: 0, completion_tokens };
  return { turn: { text: "", finish_reason: "stop", usage, duration_ms: 0 }, observation: undefined };
}
