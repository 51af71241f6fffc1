import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";

let redis: TestRedis;
let harness: AgentHarness;
let api: TestApi;
let release = () => {};

before(async () => {
  redis = await startTestRedis();
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const script = async () => {
    await held;
    return finalAnswer("done");
  };
  harness = await startAgentHarness({ redis, slots: 1, script });
  api = await startTestApi(redis.url);
});
after(async () => {
  release();
  await api.stop();
  await harness.stop();
  await redis.stop();
});

async function metrics(): Promise<string> {
  return (await fetch(`${api.url}/metrics`)).text();
}

test("what waits and what runs is read when it is asked for", async () => {
  await harness.submit("one");
  await until("it runs", () => harness.model.calls === 1);
  await harness.submit("two");
  await harness.submit("three");
  const text = await until("both are counted", async () => {
    const now = await metrics();
    return /^bullpen_queries\{model="scripted",state="queued",app="api"\} 2$/m.test(now) && now;
  });
  assert.match(text, /^bullpen_queries\{model="scripted",state="running",app="api"\} 1$/m);
  assert.match(text, /^bullpen_query_head_wait_seconds\{model="scripted",app="api"\} \d/m);
  assert.match(text, /^bullpen_tool_calls\{queue="\w+",state="queued",app="api"\} 0$/m);
  assert.match(text, /^bullpen_batches\{app="api"\} 0$/m);
  assert.match(text, /^bullpen_workers\{model="scripted",app="api"\} 0$/m, "the harness sends no heartbeats");
  assert.match(text, /^bullpen_redis_up\{app="api"\} 1$/m);
  assert.match(text, /^bullpen_redis_memory_used_bytes\{app="api"\} [1-9]/m);
});

test("requests are timed by the pattern of their route, whatever a caller puts into them", async () => {
  await fetch(`${api.url}/v1/queries/query_000000000000000000000000`);
  await fetch(`${api.url}/v1/queries/anything`, { method: "PUT" });
  for (let i = 0; i < 30; i++)
    await fetch(`${api.url}/a/path/${i}?x=${i}`, { method: i % 2 ? "PROPFIND" : "GET" });
  const text = await metrics();
  const labels = (name: string) =>
    new Set(
      [...text.matchAll(new RegExp(`_request_seconds_count\\{.*?${name}="(.*?)"`, "g"))].map(
        ([, value]) => value,
      ),
    );
  assert.ok(labels("route").has("/v1/queries/:id"), [...labels("route")].join());
  assert.ok(labels("route").has("other"));
  assert.ok(labels("route").size < 10, "no path of a caller's is a label");
  assert.ok(
    [...labels("method")].every((method) => ["GET", "PUT", "POST", "other"].includes(String(method))),
  );
});

test("while Redis is away the metrics say so and give no old figures", async () => {
  await redis.kill();
  const text = await until("it is away", async () => {
    const now = await metrics();
    return /^bullpen_redis_up\{app="api"\} 0$/m.test(now) && now;
  });
  for (const name of ["queries", "batches", "workers", "redis_memory_used_bytes"]) {
    assert.doesNotMatch(text, new RegExp(`^bullpen_${name}\\{`, "m"), name);
  }
  assert.match(text, /^nodejs_eventloop_lag_seconds\{/m);
  release();
  await redis.restart();
  await until("it is back", async () => /^bullpen_redis_up\{app="api"\} 1$/m.test(await metrics()));
});
