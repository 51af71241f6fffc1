import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Step } from "@bullpen/contracts";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { fairShareKey } from "./fair-share.js";
import { WorkAccount } from "./work-account.js";

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

test("what a worker's queries cost reaches their share together, as if each had been written by itself", async () => {
  const { redis, fairShare } = queues;
  const [place] = await fairShare.reserve("m5", "a", "interactive", 3);
  assert.ok(place);
  const job = testJob("x", {
    model: "m5",
    tenant: "a",
    virtual_start: place.virtualStart,
    virtual_cost: place.virtualCost,
  });
  const account = new WorkAccount({ redis, model: "m5" });
  const works = [10, 2, 7];
  for (const work of works) {
    account.begin(job);
    account.end(job, [turnOf(64 * work)]);
  }
  account.end(job, []); // ended without a turn: it says nothing about its share
  await account.close();
  const fields = await redis.hgetall(fairShareKey("m5"));
  const average = works.reduce((cost, work) => 0.9 * cost + 0.1 * work, works[0] ?? 0);
  assert.ok(Math.abs(Number(fields["cost:a"]) - average) < 1e-6, `average ${fields["cost:a"]}`);
  // Three queries were charged at the reservation; they cost 19 in all.
  assert.ok(Math.abs(Number(fields["finish:a"]) - 19) < 1e-6, `finish ${fields["finish:a"]}`);
});

test("a share that was forgotten is not stored again by what its last queries cost", async () => {
  const { redis, fairShare } = queues;
  await fairShare.reserve("m6", "batch", "batch", 1);
  const account = new WorkAccount({ redis, model: "m6" });
  account.end(testJob("x", { model: "m6", flow: "batch", virtual_cost: 4 }), [turnOf(64)]);
  await fairShare.forget("m6", "batch");
  await account.close();
  assert.deepEqual(await redis.hgetall(fairShareKey("m6")), {});
});

function turnOf(completion_tokens: number): Step {
  const usage = { prompt_tokens: 0, cached_tokens: 0, completion_tokens };
  return { turn: { text: "", finish_reason: "stop", usage, duration_ms: 0 }, observation: undefined };
}
