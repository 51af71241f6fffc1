import assert from "node:assert/strict";
import { test } from "node:test";
import { limitsSchema } from "@bullpen/contracts";
import { ScriptedModel } from "@bullpen/llm/testing";
import { AgentQueues } from "@bullpen/queue";
import { action, finalAnswer } from "../testing/action.js";
import { agentJob, connect, startAgentHarness, startAgentWorker } from "../testing/agent-harness.js";
import { startTestApi } from "../testing/api.js";
import { until } from "../testing/until.js";
import { untilAborted } from "../testing/until-aborted.js";

const isFirstTurn = (request: { messages: readonly unknown[] }) => request.messages.length === 2;

test("a query past its deadline expires, in the middle of its turn, and frees the slot", async () => {
  let aborted = 0;
  const harness = await startAgentHarness({
    slots: 1,
    script: async (request, _index, signal) => {
      if (request.messages[1]?.content === "quick") return finalAnswer("done");
      await untilAborted(signal).catch(() => {});
      aborted++;
      throw signal.reason;
    },
  });
  try {
    const id = await harness.submit("slow", { limits: limitsSchema.parse({ timeout_seconds: 1 }) });
    await until("it is overdue and swept", async () => (await harness.queues.sweep()).expired === 1);
    await until("its turn is aborted", () => aborted === 1);
    assert.deepEqual((await harness.record(id)).outcome, { status: "expired" });
    assert.equal((await harness.ended(await harness.submit("quick"))).status, "completed");
    assert.equal((await harness.queues.sweep()).expired, 0, "nothing is left to sweep");
  } finally {
    await harness.stop();
  }
});

test("a query that ends by failing while it is looked up is not taken for one that was given up", async () => {
  let release = () => {};
  const turn = new Promise<void>((resolve) => {
    release = resolve;
  });
  const harness = await startAgentHarness({
    script: async () => {
      await turn;
      return { text: "", finishReason: "context" };
    },
  });
  const connection = await connect(harness.redis);
  const queues = new AgentQueues({ redis: connection, retentionSeconds: 60 });
  try {
    const id = await harness.submit("x");
    const read = connection.hgetall.bind(connection) as (key: string) => Promise<Record<string, string>>;
    // A slow network: the query ends between reading its transcript and reading its job.
    const slowRead = async (key: string) => {
      const fields = await read(key);
      release();
      await harness.ended(id);
      return fields;
    };
    connection.hgetall = slowRead as typeof connection.hgetall; // one of its overloads is used
    const outcome = (await queues.find(id))?.outcome;
    assert.equal(outcome?.status === "failed" && outcome.error.code, "context_exceeded");
  } finally {
    release();
    await queues.close();
    connection.disconnect();
    await harness.stop();
  }
});

test("a worker that stops ends its turn, hands the query back at once, and no turn is repeated", async () => {
  let release = () => {};
  const turn = new Promise<void>((resolve) => {
    release = resolve;
  });
  const script = async (request: { messages: readonly { content: string }[] }) => {
    if (!isFirstTurn(request)) return finalAnswer("done");
    await turn;
    return "no action, so that another turn must follow";
  };
  const harness = await startAgentHarness({ slots: 1, script });
  const successor = new ScriptedModel({ script, slots: 1 });
  try {
    const id = await harness.submit("x");
    await until("the turn has begun", () => harness.model.calls === 1);
    const stopped = harness.stopWorker(60_000);
    const second = await startAgentWorker(harness.redis.connection, successor);
    release();
    await stopped; // would take 60 s if it waited for the query's end or the grace period
    assert.equal((await harness.ended(id)).status, "completed");
    assert.equal(harness.model.calls, 1);
    assert.equal(successor.calls, 1, "the recorded turn is not generated again");
    await second.stop(0);
  } finally {
    await harness.stop();
  }
});

test("a worker whose grace is over aborts its turn, which another continues from the same step", async () => {
  const harness = await startAgentHarness({
    slots: 1,
    script: (_request, _index, signal) => untilAborted(signal),
  });
  const successor = new ScriptedModel({ script: () => finalAnswer("done"), slots: 1 });
  try {
    const id = await harness.submit("x");
    await until("the turn has begun", () => harness.model.calls === 1);
    await harness.stopWorker(0);
    const second = await startAgentWorker(harness.redis.connection, successor);
    assert.equal((await harness.ended(id)).status, "completed");
    await second.stop(0);
  } finally {
    await harness.stop();
  }
});

test("the results of settled tool calls leave the parent", async () => {
  const harness = await startAgentHarness({
    slots: 1,
    script: (request) =>
      request.messages.length < 8 ? action("Search", `${request.messages.length}`) : finalAnswer("done"),
    tools: {
      Search: (job) => ({ observation: job.input === "4" ? "x".repeat(5_000) : "found", is_error: false }),
    },
  });
  try {
    const id = await harness.submit("x");
    assert.equal((await harness.ended(id)).transcript.steps.length, 4);
    assert.equal(await harness.redis.connection.hlen(`{bullpen}:agent.scripted:${id}:processed`), 0);
  } finally {
    await harness.stop();
  }
});

test("a query is removed on every level when its retention is over, and not before", async () => {
  const harness = await startAgentHarness({
    script: (request) => (isFirstTurn(request) ? action("Search", "x") : finalAnswer("done")),
    tools: { Search: () => ({ observation: "found", is_error: false }) },
  });
  const { connection } = harness.redis;
  try {
    const [old, young] = [await harness.submit("old"), await harness.submit("young")];
    await Promise.all([old, young].map((id) => harness.ended(id)));
    assert.equal((await harness.queues.sweep()).removed, 0);
    // As if the retention of one of them were over.
    await connection.zadd("{bullpen}:due", 1, old);
    assert.equal((await harness.queues.sweep()).removed, 1);
    assert.equal(await harness.queues.find(old), undefined);
    assert.equal((await harness.record(young)).status, "completed");
    assert.deepEqual(
      (await harness.queues.list("default", undefined, 10)).map(({ id }) => id),
      [young],
    );
    const left = (await connection.keys("*")).filter((key) => key.includes(old));
    assert.deepEqual(left, []);
    const due = Number(await connection.zscore("{bullpen}:due", young));
    const now = Number((await connection.time())[0]) * 1_000; // typed as a number, sent as text
    assert.ok(due > now + 590_000 && due <= now + 600_000, "by Redis' clock, 600 s after its end");
  } finally {
    await harness.stop();
  }
});

test("new work is refused while Redis is nearly full, and accepted when there is room again", async () => {
  const harness = await startAgentHarness({ script: () => finalAnswer("x") });
  const api = await startTestApi(harness.redis.url);
  try {
    const used = Number(/used_memory:(\d+)/.exec(await harness.redis.connection.info("memory"))?.[1]);
    await harness.redis.connection.config("SET", "maxmemory", Math.floor(used * 1.5));
    const refused = await until("it is refused", async () => {
      const reply = await api.raw.post("/v1/queries", { query: "x" });
      return reply.status === 503 && reply;
    });
    assert.equal(refused.body.error?.code, "redis_full");
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    await harness.redis.connection.config("SET", "maxmemory", used * 10);
    await until(
      "it is accepted",
      async () => (await api.raw.post("/v1/queries", { query: "x" })).status === 202,
    );
  } finally {
    await api.stop();
    await harness.stop();
  }
});

test("a job of an older version, without the newer fields, is still run", async () => {
  const harness = await startAgentHarness({ script: () => finalAnswer("done") });
  try {
    const { class: _class, virtual_start: _start, virtual_cost: _cost, ...old } = agentJob("x");
    const [id] = await harness.queues.submit([old as ReturnType<typeof agentJob>]); // as an older process wrote it
    assert.equal((await harness.ended(id ?? "")).status, "completed");
  } finally {
    await harness.stop();
  }
});
