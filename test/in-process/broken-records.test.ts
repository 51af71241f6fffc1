import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CALCULATOR, newId } from "@bullpen/contracts";
import {
  AgentQueues,
  AnswerListener,
  BoardQueues,
  Idempotency,
  LineQueries,
  publishAnswer,
  ToolRegistry,
} from "@bullpen/queue";
import { type Redis, RequestGate } from "@bullpen/redis";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";
import { startTestApi, type TestApi } from "../testing/api.js";
import { until } from "../testing/until.js";

let harness: AgentHarness;
let api: TestApi;
let board: BoardQueues;
let redis: Redis;

before(async () => {
  harness = await startAgentHarness({
    script: ({ messages }) => {
      const said = messages.findLast((message) => message.role === "tool")?.content;
      return said === undefined ? action("Calculator", "output = 6 * 7") : finalAnswer(said);
    },
    tools: { Calculator: () => ({ observation: "42", is_error: false }) },
  });
  redis = harness.redis.connection;
  api = await startTestApi(harness.redis.url);
  board = new BoardQueues({ redis });
});
after(async () => {
  await board?.close();
  await api?.stop();
  await harness?.stop();
});

/** All that a client or the dashboard asks for, while something in Redis cannot be read. */
async function allGoesOn(): Promise<void> {
  const { id } = await api.client.queries.submit({ query: "what is 6 times 7?" });
  const { outcome } = await harness.ended(id);
  assert.deepEqual(outcome, { status: "completed", answer: "42" });
  const { tools, models, workers, queues: counts, queries } = api.client;
  for (const list of [tools, models, workers, counts, queries]) await list.list();
  await queries.list({ status: "completed" });
  const queues = (await board.list()).map((queue) => queue.name);
  for (const name of ["batches", "tools.calculator", "tools.search"]) assert.ok(queues.includes(name), name);
  assert.equal(new Set(queues).size, queues.length);
}

/** Texts of which none is a record of anything. */
const NO_RECORDS = ["", "garbage", "{", "null", "7", "[]", "{}", '"text"', '{"name":7}', "\u0000"];

/** Puts another type in a key's place. */
const WRONG_TYPES: Record<string, (key: string) => Promise<unknown>> = {
  "a text": (key) => redis.set(key, "x"),
  "a list": (key) => redis.lpush(key, "x"),
  "a set": (key) => redis.sadd(key, "x"),
  "a hash": (key) => redis.hset(key, "x", "x"),
};

describe("a record in Redis that cannot be read counts as none", () => {
  const now = 9_000_000_000_000;
  const announce = async (field: string, record: string) => {
    await redis.hset("{bullpen}:tools", field, record);
    await redis.zadd("{bullpen}:tools-announced", now, field);
  };

  test(verifies(["unreadable-records"], "definitions of tools"), async () => {
    const builtIn = await api.client.tools.list();
    const records = [...NO_RECORDS];
    const tool = { ...CALCULATOR, name: "Evil", queue: "evil" };
    for (const fields of [
      { name: "Calculator" },
      { name: " calculator" },
      { name: "FINAL ANSWER" },
      { queue: "calculator" },
      { queue: "no:queue" },
      { name: "Somebody else" },
      { name: "x".repeat(400) },
      { inputSchema: "no schema" },
    ]) {
      records.push(JSON.stringify({ ...tool, ...fields }));
    }
    for (const [i, record] of records.entries()) await announce(`evil ${i}`, record);
    const named = records
      .slice(NO_RECORDS.length)
      .map((record) => ({ record, name: JSON.parse(record).name }));
    // Under its own name "Somebody else" is a tool like any other.
    for (const { name, record } of named) if (name !== "Somebody else") await announce(name, record);
    await allGoesOn();
    assert.deepEqual(await api.client.tools.list(), builtIn);
    await redis.del("{bullpen}:tools", "{bullpen}:tools-announced");
  });

  test("models, workers and their heartbeats", async () => {
    for (const [i, record] of NO_RECORDS.entries()) {
      await redis.hset("{bullpen}:models", `<b>:${i}`, record);
      await redis.sadd("{bullpen}:workers", `worker_${i}`);
      await redis.set(`{bullpen}:worker:worker_${i}`, record);
    }
    await redis.sadd("{bullpen}:workers", "worker_list");
    await redis.lpush("{bullpen}:worker:worker_list", "x");
    await allGoesOn();
    assert.deepEqual(await api.client.workers.list(), []);
    await redis.del("{bullpen}:models", "{bullpen}:workers");
  });

  for (const key of ["tools", "tools-announced", "models", "workers"]) {
    test(`another type in the place of ${key}`, async () => {
      for (const put of Object.values(WRONG_TYPES)) {
        await redis.del(`{bullpen}:${key}`);
        await put(`{bullpen}:${key}`);
        await allGoesOn();
      }
      await new ToolRegistry({ redis }).announce([{ ...CALCULATOR, name: "Oracle", queue: "oracle" }]);
      const { tools } = await new ToolRegistry({ redis }).find(["Oracle"]);
      assert.equal(tools.length, 1, "whoever announces starts over");
      await redis.del("{bullpen}:tools", "{bullpen}:tools-announced", `{bullpen}:${key}`);
    });
  }

  test(
    verifies(["unreadable-records"], "one query's record does not stop the list of the others"),
    async () => {
      const sane = await harness.submit("sane");
      await harness.ended(sane);
      const damage: ((id: string) => Promise<unknown>)[] = [
        ...Object.values(WRONG_TYPES).map((put) => async (id: string) => {
          await redis.del(`{bullpen}:transcript:${id}`);
          await put(`{bullpen}:transcript:${id}`);
        }),
        ...["0:action", "0:observation", "1:action", "end"].flatMap((field) =>
          NO_RECORDS.map((record) => (id: string) => redis.hset(`{bullpen}:transcript:${id}`, field, record)),
        ),
        (id) => redis.hset(`{bullpen}:transcript:${id}`, "model", "a:b"),
        ...NO_RECORDS.map(
          (record) => (id: string) => redis.hset(`{bullpen}:agent.scripted:${id}`, "data", record),
        ),
        async (id) => {
          await redis.del(`{bullpen}:agent.scripted:${id}`);
          await redis.lpush(`{bullpen}:agent.scripted:${id}`, "x");
        },
      ];
      for (const break_ of damage) {
        const id = await harness.submit("broken");
        await harness.ended(id);
        await break_(id);
        const { status } = await api.raw.get(`/v1/queries/${id}`);
        assert.ok(status === 200 || status === 404, `${status}`);
      }
      await redis.zadd("{bullpen}:queries:default", 0, "garbage", 0, "zz:zz", 0, "");
      await allGoesOn();
      const { data } = await api.client.queries.list({ limit: 100 });
      assert.ok(data.some(({ id }) => id === sane));
    },
  );

  test("a query whose record is damaged while it waits has failed, and says so", async () => {
    const held = await harness.submit("held", { class: "batch" });
    await harness.ended(held);
    const id = newId("query");
    await redis.hset(`{bullpen}:transcript:${id}`, "0:action", "garbage");
    await harness.queues.submit([(await harness.record(held)).job], { ids: [id] });
    const { outcome } = await harness.ended(id);
    assert.deepEqual(outcome, {
      status: "failed",
      error: {
        code: "internal_error",
        message: "The query's record in Redis is damaged: step 0 cannot be read.",
      },
    });
    await until(
      "its end is kept",
      async () => (await redis.hget(`{bullpen}:transcript:${id}`, "end")) !== null,
    );
  });

  test("what is due goes on past what is no query", async () => {
    const queues = new AgentQueues({ redis, retentionSeconds: 600 });
    const wrongType = newId("query");
    await redis.set(`{bullpen}:transcript:${wrongType}`, "x");
    await redis.zadd("{bullpen}:due", 1, "garbage", 2, "", 3, wrongType);
    const over = await harness.submit("over");
    await harness.ended(over);
    await redis.zadd("{bullpen}:due", 4, over);
    await until("the query that is over is gone", async () => {
      await queues.sweep();
      return (await redis.zscore("{bullpen}:due", over)) === null;
    });
    assert.equal(await redis.zscore("{bullpen}:due", "garbage"), null);
    // What might be a submission that is just being written is left for a while.
    await redis.zrem("{bullpen}:due", wrongType);
    await redis.del("{bullpen}:checked-run");
    await redis.zadd("{bullpen}:due", now, wrongType, now, "garbage");
    await queues.requeueStranded();
    assert.notEqual(await redis.get("{bullpen}:checked-run"), null);
    await redis.zrem("{bullpen}:due", wrongType, "garbage");
    await queues.close();
  });

  test("lines of a batch whose record is no transcript have failed", async () => {
    const lines = new LineQueries({ redis, agents: harness.queues });
    const [wrong, garbage] = [newId("query"), newId("query")];
    await redis.set(`{bullpen}:transcript:${wrong}`, "x");
    await redis.hset(`{bullpen}:transcript:${garbage}`, "0:action", "x", "created", "soon");
    const records = await lines.read([wrong, garbage]);
    for (const { transcript } of records) assert.equal(transcript.end?.outcome.status, "failed");
    await lines.close();
  });

  test("keys of requests, recorded results, pieces of answers and the gate of a search provider", async () => {
    const idempotency = new Idempotency(redis);
    const use = { tenant: "default", key: "k", fingerprint: "f", seconds: 60 };
    for (const record of NO_RECORDS) {
      await redis.set("{bullpen}:idempotency:default:k", record);
      const base = await idempotency.base(use);
      assert.notEqual(base, "mismatch");
      assert.equal(await idempotency.base(use), base, "the present value counts");
    }
    for (const put of Object.values(WRONG_TYPES)) {
      await redis.del("{bullpen}:idempotency:default:k");
      await put("{bullpen}:idempotency:default:k");
      assert.notEqual(await idempotency.base(use), "mismatch");
    }

    const listener = await AnswerListener.open(redis);
    const pieces: string[] = [];
    await listener.listen("query_x", ({ piece }) => pieces.push(piece));
    for (const record of NO_RECORDS) await redis.publish("{bullpen}:answer:query_x", record);
    publishAnswer(redis, "query_x", { piece: "good", offset: 0 });
    await until("the piece comes", () => pieces.length > 0);
    assert.deepEqual(pieces, ["good"]);
    await listener.close();

    const gate = new RequestGate({ redis, name: "search:duckduckgo", perMinute: 60_000 });
    const key = "{bullpen}:search:duckduckgo";
    for (const value of ["garbage", "", "9e99", "-9e99", "nan"]) {
      await redis.hset(key, { next: value, failures: value, open_until: value, probe_until: value });
      assert.equal((await gate.admit(1_000)).verdict, "go", value);
      await gate.report(false);
      await gate.report(true);
    }
    for (const put of Object.values(WRONG_TYPES)) {
      await redis.del(key);
      await put(key);
      assert.equal(await gate.state(), "closed");
      assert.equal((await gate.admit(1_000)).verdict, "go");
    }
  });
});
