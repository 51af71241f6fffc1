import assert from "node:assert/strict";
import { test } from "node:test";
import { finalAnswer } from "../testing/action.js";
import { startAgentHarness } from "../testing/agent-harness.js";
import { startTestApi } from "../testing/api.js";
import { startTestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";

test("while Redis is away the api says so at once, and work goes on when it is back", async () => {
  const redis = await startTestRedis();
  // What this test asks is not what the last second before a crash costs.
  await redis.connection.config("SET", "appendfsync", "always");
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const harness = await startAgentHarness({
    redis,
    slots: 1,
    script: async (request) => {
      if (request.messages[1]?.content === "held") await held;
      return finalAnswer("done");
    },
  });
  const api = await startTestApi(redis.url);
  try {
    assert.equal((await api.raw.get("/readyz")).status, 200);
    const ids = [await harness.submit("held"), await harness.submit("after it")];
    await until("it runs", () => harness.model.calls === 1);

    await redis.kill();
    const unready = await until("readyz turns 503", async () => {
      const reply = await api.raw.get("/readyz");
      return reply.status === 503 && reply;
    });
    assert.match(String(unready.body.reason), /Redis/);
    const refused = await api.raw.post("/v1/queries", { query: "x" });
    assert.deepEqual([refused.status, refused.body.error?.code], [503, "redis_unavailable"]);
    assert.equal(refused.headers.get("retry-after"), "1");
    assert.equal((await api.raw.get("/healthz")).status, 200);

    release(); // its turn ends while Redis is away
    await redis.restart();
    await until("readyz turns 200", async () => (await api.raw.get("/readyz")).status === 200);
    for (const id of ids)
      assert.deepEqual((await harness.ended(id)).outcome, { status: "completed", answer: "done" });
    const accepted = await api.raw.post("/v1/queries", { query: "after" });
    assert.equal(accepted.status, 202);
    assert.equal((await harness.ended(String(accepted.body.id))).status, "completed");
  } finally {
    release();
    await api.stop();
    await harness.stop();
    await redis.stop();
  }
});

test("a Redis that falls silent is noticed, and work goes on when it speaks again", async () => {
  const redis = await startTestRedis();
  const harness = await startAgentHarness({ redis, slots: 2, script: () => finalAnswer("done") });
  const api = await startTestApi(redis.url);
  try {
    await harness.ended(await harness.submit("before"));
    redis.freeze();
    // The connections stay open; only the silence tells.
    await until("the api drops its connection", async () => {
      const reply = await api.raw.get("/readyz");
      return reply.status === 503 && /connection (?!ready)/.test(String(reply.body.reason));
    });
    const refused = await api.raw.post("/v1/queries", { query: "x" });
    assert.equal(refused.body.error?.code, "redis_unavailable");
    redis.thaw();
    const accepted = await until("it accepts again", async () => {
      const reply = await api.raw.post("/v1/queries", { query: "after", model: "scripted" });
      return reply.status === 202 && reply;
    });
    assert.equal((await harness.ended(String(accepted.body.id))).status, "completed");
  } finally {
    redis.thaw();
    await api.stop();
    await harness.stop();
    await redis.stop();
  }
});
