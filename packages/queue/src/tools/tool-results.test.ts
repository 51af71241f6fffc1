import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { CALCULATOR, type Observation, SEARCH, type ToolJob } from "@bullpen/contracts";
import { startTestRedis, type TestRedis } from "@bullpen/redis/testing";
import type { Job } from "bullmq";
import { findOutcome, forgetResult, runByPolicy, toolResultKey } from "./tool-results.js";

const PARENT = "{bullpen}:agent.m:query";
const CALL: ToolJob = {
  tenant: "t",
  model: "m",
  query_id: "query",
  step: 1,
  tool_name: "Search",
  input: "x",
};

let server: TestRedis;
before(async () => {
  server = await startTestRedis();
});
beforeEach(() => server.redis.flushall());
after(() => server.stop());

/** A call's job at its n-th attempt. A cast: the parts that are read. */
function job(attemptsStarted = 1): Job {
  const queueQualifiedName = "{bullpen}:tools.search";
  return { id: "query-1", parentKey: PARENT, queueQualifiedName, attemptsStarted } as Job;
}

function observed(observation: string): Observation {
  return { observation, is_error: false, duration_ms: 7 };
}

/** Runs a call; returns its observation and whether the tool ran. */
async function run(tool: typeof SEARCH, attempt: number) {
  let ran = false;
  const observation = await runByPolicy(server.redis, job(attempt), tool, async () => {
    ran = true;
    return observed(`attempt ${attempt}`);
  });
  return { observation: observation.observation, ran };
}

test("a call that the query waits for has no outcome", async () => {
  assert.equal(await findOutcome(server.redis, job(), CALL), undefined);
  await server.redis.hset(PARENT, "turns", 2);
  assert.equal(await findOutcome(server.redis, job(), CALL), undefined, "the turn of the call is the last");
});

test("a result that the query's job has is the outcome", async () => {
  const result = observed("found");
  await server.redis.hset(`${PARENT}:processed`, "{bullpen}:tools.search:query-1", JSON.stringify(result));
  assert.deepEqual(await findOutcome(server.redis, job(), CALL), result);
});

test("a call whose query has gone on or ended is not run", async () => {
  for (const [field, value] of [
    ["turns", 3],
    ["finishedOn", 1],
  ] as const) {
    await server.redis.flushall();
    await server.redis.hset(PARENT, field, value);
    const outcome = await findOutcome(server.redis, job(), CALL);
    assert.equal(outcome?.is_error, true, field);
  }
});

test("an attempt after a crash takes a recorded result of a `reuse` tool", async () => {
  assert.deepEqual(await run(SEARCH, 1), { observation: "attempt 1", ran: true });
  assert.deepEqual(await run(SEARCH, 2), { observation: "attempt 1", ran: false });
  assert.equal(await server.redis.ttl(toolResultKey("query-1")), 3_600);
});

test("the first attempt runs the tool whatever is recorded, and a record that cannot be read counts as missing", async () => {
  const key = toolResultKey("query-1");
  await server.redis.set(key, JSON.stringify(observed("foreign")));
  assert.deepEqual(await run(SEARCH, 1), { observation: "attempt 1", ran: true });
  await server.redis.set(key, "{");
  assert.deepEqual(await run(SEARCH, 2), { observation: "attempt 2", ran: true });
});

test("a `rerun` tool runs at every attempt and records nothing", async () => {
  for (const attempt of [1, 2]) {
    assert.deepEqual(await run(CALCULATOR, attempt), { observation: `attempt ${attempt}`, ran: true });
  }
  assert.equal(await server.redis.dbsize(), 0);
});

test("a result is forgotten when the query's job has it", async () => {
  await run(SEARCH, 1);
  await forgetResult(server.redis, job(), SEARCH);
  assert.deepEqual(await run(SEARCH, 2), { observation: "attempt 2", ran: true });
});
