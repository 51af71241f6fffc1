import assert from "node:assert/strict";
import { test } from "node:test";
import { ScriptedModel } from "@bullpen/llm/testing";
import { AgentQueues } from "@bullpen/queue";
import { connectRedis, OutageLog } from "@bullpen/redis";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { startAgentWorker, startToolWorkers } from "../testing/agent-harness.js";
import { startTestApi } from "../testing/api.js";
import { RedisPair } from "../testing/redis-pair.js";
import { until } from "../testing/until.js";

/** A job whose end was cut off waits for its lock to run out. */
const TIMES = { lockMs: 2_000, stalledCheckMs: 500 };

test(
  verifies(
    ["redis-outages"],
    "a fail-over is followed, from an old master that lives on and from one that is dead",
  ),
  async () => {
    const pair = await RedisPair.start();
    const told: string[] = [];
    const outages = new OutageLog({
      onError: (error) => told.push(error.message),
      onEnd: () => told.push("over"),
    });
    const connection = await connectRedis({ url: pair.url, whenAway: "wait", ...outages });
    const model = new ScriptedModel({
      slots: 4,
      script: ({ messages }) =>
        messages.length === 2 ? action("Calculator", "x") : finalAnswer(messages.at(-1)?.content ?? ""),
    });
    const worker = await startAgentWorker(connection, model, TIMES);
    const tools = await startToolWorkers(
      connection,
      { Calculator: () => ({ observation: "42", is_error: false }) },
      TIMES,
    );
    const queues = new AgentQueues({ redis: connection, retentionSeconds: 600 });
    const api = await startTestApi(pair.url);
    const accepted: string[] = [];
    const refusals = new Set<string>();
    /** Asks without a pause, until so many queries more are accepted. */
    const ask = async (count: number) => {
      for (const until = accepted.length + count; accepted.length < until; ) {
        const { status, headers, body } = await api.raw.post("/v1/queries", {
          query: "x",
          model: "scripted",
        });
        if (status === 202) accepted.push(String(body.id));
        else refusals.add(`${status} ${body.error?.code} ${headers.get("retry-after")}`);
      }
    };
    try {
      await ask(20);
      for (const how of ["demoted", "dead"] as const) {
        const asking = ask(40);
        await pair.failOver(how);
        await asking;
        await ask(20); // by the new master
        if (how === "demoted")
          assert.ok((await pair.refusedAsReplica()) > 0, "the old master was asked to write");
        await until("readyz turns 200", async () => (await api.raw.get("/readyz")).status === 200);
      }
      for (const id of accepted) {
        const outcome = await until(`${id} ends`, async () => (await queues.find(id))?.outcome);
        assert.deepEqual(outcome, { status: "completed", answer: "42" }, id);
      }
      assert.deepEqual(
        [...refusals].filter((refusal) => refusal !== "503 redis_unavailable 1"),
        [],
      );
      assert.ok(told.length <= 12, `an outage is told once: ${told.join("; ")}`);
      assert.ok(told.length === 0 || told.at(-1) === "over", "and its end");
    } finally {
      await api.stop();
      await Promise.all([worker.stop(0), ...tools.map((tool) => tool.stop(0))]);
      await queues.close();
      connection.disconnect();
      await pair.stop();
    }
  },
);
