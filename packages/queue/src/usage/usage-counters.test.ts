import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId, type Turn } from "@bullpen/contracts";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import type { LeasedJob } from "../transcripts/transcript-store.js";
import { UsageCounters } from "./usage-counters.js";
import { dayOf } from "./usage-keys.js";

let queues: TestQueues;
let counters: UsageCounters;
before(async () => {
  queues = await startTestQueues();
  counters = new UsageCounters(queues.redis);
});
after(() => queues.stop());

const EMPTY = { transcript: { steps: [], end: undefined }, pendingResult: undefined };

async function lease(tenant: string, key_id?: string): Promise<LeasedJob> {
  const queryId = newId("query");
  const jobKey = `{bullpen}:agent.m:${queryId}`;
  await queues.redis.hset(`{bullpen}:transcript:${queryId}`, { model: "m", tenant });
  await queues.redis.set(`${jobKey}:lock`, "token");
  const job = { ...testJob("x"), model: "a model", tenant, ...(key_id !== undefined && { key_id }) };
  return { queryId, job, jobKey, token: "token" };
}

const turn: Turn = {
  text: "x",
  finish_reason: "stop",
  usage: { prompt_tokens: 10, cached_tokens: 4, completion_tokens: 3 },
  duration_ms: 1,
};

test("a turn is counted when it is recorded, and not when its record is refused", async () => {
  const leased = await lease("t", "k");
  const first = { step: 0, turn, before: EMPTY, end: undefined };
  const { transcripts } = queues;
  assert.equal(await transcripts.recordTurn({ ...leased, token: "another worker" }, first), "lock_lost");
  assert.equal(await transcripts.recordTurn(leased, first), "recorded");
  assert.equal(await transcripts.recordTurn(leased, first), "void");
  await transcripts.recordTurn(await lease("t"), first);
  await transcripts.recordTurn(await lease("other"), first);
  const day = dayOf(Date.now());
  const counted = await counters.read({ day, tenant: "t" });
  const row = { model: "a model", queries: 1, input_tokens: 10, output_tokens: 3 };
  assert.deepEqual(counted?.rows.map(({ key_id }) => key_id).sort(), [null, "k"].sort());
  for (const { key_id: _, ...rest } of counted?.rows ?? []) assert.deepEqual(rest, row);
  assert.equal((await counters.read({ day, tenant: "t" }))?.epoch, counted?.epoch);
  assert.deepEqual((await counters.days()).map(({ tenant }) => tenant).sort(), ["other", "t"]);
  assert.equal(await counters.read({ day, tenant: "nobody" }), undefined);
});
