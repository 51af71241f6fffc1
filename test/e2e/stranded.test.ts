import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentQueues, QuerySweep } from "@bullpen/queue";
import { action, finalAnswer } from "../harness/action.js";
import { startAgentHouse } from "../harness/agent-house.js";
import { until } from "../harness/until.js";
import { verifies } from "../requirements.js";

const JOBS = "{bullpen}:agent.scripted";

test(
  verifies(
    ["redis-restarts"],
    "a Redis that has lost where queries stand: each is put back once, and nothing else is",
  ),
  async () => {
    let mayAnswer = () => {};
    const held = new Promise<void>((resolve) => {
      mayAnswer = resolve;
    });
    const house = await startAgentHouse({
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
    const { connection } = house.redis;
    // As another process sees it that comes up: what this one has looked at does not count for it.
    const queues = new AgentQueues({ redis: connection, retentionSeconds: 600 });
    try {
      await house.ended(await house.submit("ended"));
      const waiting = await house.submit("calls");
      await until(
        "it waits for its tool",
        async () => (await house.record(waiting)).status === "waiting_for_tool",
      );
      const running = await house.submit("held");
      await until("it runs", async () => (await house.record(running)).status === "running");
      const [fresh, said, queued] = [
        await house.submit("1"),
        await house.submit("2"),
        await house.submit("3"),
      ];
      await connection.zrem(`${JOBS}:prioritized`, fresh, said);
      await connection.hset(`${JOBS}:${said}`, "priority", 0); // as a query that has had a turn
      assert.equal(await queues.requeueStranded(), 2);
      assert.equal(await queues.requeueStranded(), 0, "it looks once a start");
      assert.equal(await new AgentQueues({ redis: connection, retentionSeconds: 1 }).requeueStranded(), 0);
      assert.deepEqual(await connection.lrange(`${JOBS}:wait`, 0, -1), [said]);
      assert.deepEqual(await connection.zrange(`${JOBS}:prioritized`, "0", "-1"), [fresh, queued]);
      mayAnswer();
      for (const id of [waiting, running, fresh, said, queued]) {
        assert.equal((await house.ended(id)).status, "completed");
      }
    } finally {
      mayAnswer();
      await queues.close();
      await house.stop();
    }
  },
);

test("a sweep looks again after Redis has come back", async () => {
  const house = await startAgentHouse({ script: () => finalAnswer("x"), slots: 1 });
  await house.stopWorker(0);
  const sweep = new QuerySweep({ queues: house.queues, everyMs: 20 });
  try {
    const id = await house.submit("x");
    const { connection } = house.redis;
    await until(
      "the first look is over",
      async () => (await connection.exists("{bullpen}:checked-run")) === 1,
    );
    await connection.zrem(`${JOBS}:prioritized`, id);
    await connection.bgrewriteaof();
    await until("it is on disk", async () =>
      /aof_rewrite_in_progress:0/.test(await connection.info("persistence")),
    );
    await house.redis.kill();
    await house.redis.restart();
    await until("it is back", async () => (await connection.zcard(`${JOBS}:prioritized`)) === 1);
  } finally {
    await sweep.stop();
    await house.stop();
  }
});
