import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentQueues, QuerySweep } from "@bullpen/queue";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { startAgentHarness } from "../testing/agent-harness.js";
import { until } from "../testing/until.js";

const JOBS = "{bullpen}:agent.scripted";

test(
  verifies(
    ["redis-restarts"],
    "a Redis that has lost the queue: each query is put back once, and nothing else is",
  ),
  async () => {
    let mayAnswer = () => {};
    const held = new Promise<void>((resolve) => {
      mayAnswer = resolve;
    });
    const harness = await startAgentHarness({
      script: async ({ messages }) => {
        if (messages.some(({ content }) => content === "held")) await held;
        return messages.some(({ content }) => content === "calls") && messages.at(-1)?.role !== "tool"
          ? action("Calculator", "output = 1")
          : finalAnswer("x");
      },
      tools: {
        Calculator: async () => {
          await held;
          return { observation: "1", is_error: false };
        },
      },
      slots: 1,
    });
    const { connection } = harness.redis;
    // As another process sees it that comes up: what this one has read does not count for it.
    const queues = new AgentQueues({ redis: connection, retentionSeconds: 600 });
    try {
      await harness.ended(await harness.submit("ended"));
      const waiting = await harness.submit("calls");
      await until(
        "it waits for its tool",
        async () => (await harness.record(waiting)).status === "waiting_for_tool",
      );
      const running = await harness.submit("held");
      await until("it runs", async () => (await harness.record(running)).status === "running");
      const [fresh, said, queued] = [
        await harness.submit("1"),
        await harness.submit("2"),
        await harness.submit("3"),
      ];
      await connection.zrem(`${JOBS}:prioritized`, fresh, said);
      await connection.hset(`${JOBS}:${said}`, "priority", 0); // as a query that has had a turn
      assert.equal(await queues.requeueStranded(), 2);
      assert.equal(await queues.requeueStranded(), 0, "it checks once a start");
      assert.equal(await new AgentQueues({ redis: connection, retentionSeconds: 1 }).requeueStranded(), 0);
      assert.deepEqual(await connection.lrange(`${JOBS}:wait`, 0, -1), [said]);
      assert.deepEqual(await connection.zrange(`${JOBS}:prioritized`, "0", "-1"), [fresh, queued]);
      mayAnswer();
      for (const id of [waiting, running, fresh, said, queued]) {
        assert.equal((await harness.ended(id)).status, "completed");
      }
    } finally {
      mayAnswer();
      await queues.close();
      await harness.stop();
    }
  },
);

test("a sweep checks again after Redis has come back", async () => {
  const harness = await startAgentHarness({ script: () => finalAnswer("x"), slots: 1 });
  await harness.stopWorker(0);
  const sweep = new QuerySweep({ queues: harness.queues, everyMs: 20 });
  try {
    const id = await harness.submit("x");
    const { connection } = harness.redis;
    await until(
      "the first check is over",
      async () => (await connection.exists("{bullpen}:checked-run")) === 1,
    );
    await connection.zrem(`${JOBS}:prioritized`, id);
    await connection.bgrewriteaof();
    await until("it is on disk", async () =>
      /aof_rewrite_in_progress:0/.test(await connection.info("persistence")),
    );
    await harness.redis.kill();
    await harness.redis.restart();
    await until("it is back", async () => (await connection.zcard(`${JOBS}:prioritized`)) === 1);
  } finally {
    await sweep.stop();
    await harness.stop();
  }
});
