import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AgentJob } from "@bullpen/contracts";
import { ScriptedModel } from "@bullpen/llm/testing";
import { AgentQueues, FairShare, fairShareKey } from "@bullpen/queue";
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
