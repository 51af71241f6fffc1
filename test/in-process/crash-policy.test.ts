import assert from "node:assert/strict";
import { test } from "node:test";
import { type Observation, toolJobId } from "@bullpen/contracts";
import { toolResultKey } from "@bullpen/queue";
import { Queue } from "bullmq";
import { action, finalAnswer } from "../testing/action.js";
import { startAgentHarness } from "../testing/agent-harness.js";
import { until } from "../testing/until.js";

/** One call of `tool`, whose first worker dies when the result is recorded and the job not yet completed. */
async function callThatDiesOnce(
  tool: "Calculator" | "Search",
): Promise<{ runs: number; observation: string }> {
  let runs = 0;
  const harness = await startAgentHarness({
    script: (request) => (request.messages.length === 2 ? action(tool, "x") : finalAnswer("done")),
    tools: {
      [tool]: async ({ query_id, step }: { query_id: string; step: number }) => {
        runs++;
        if (runs > 1) return { observation: `run ${runs}`, is_error: false };
        const recorded: Observation = {
          observation: "recorded by the dead worker",
          is_error: false,
          duration_ms: 1,
        };
        const key = toolResultKey(toolJobId(query_id, step));
        await harness.redis.connection.set(key, JSON.stringify(recorded));
        throw new Error("the worker is gone");
      },
    },
  });
  try {
    const record = await harness.ended(await harness.submit("x"));
    return { runs, observation: record.transcript.steps[0]?.observation?.observation ?? "" };
  } finally {
    await harness.stop();
  }
}

test("a search whose result was recorded before the crash is not made again", async () => {
  assert.deepEqual(await callThatDiesOnce("Search"), { runs: 1, observation: "recorded by the dead worker" });
});

test("a calculation is simply run again", async () => {
  assert.deepEqual(await callThatDiesOnce("Calculator"), { runs: 2, observation: "run 2" });
});

test("a recorded result is of its own call alone, and goes when its query has it", async () => {
  const harness = await startAgentHarness({
    script: (request) =>
      request.messages.length < 6 ? action("Search", `${request.messages.length}`) : finalAnswer("done"),
    tools: { Search: ({ input }) => ({ observation: `about ${input}`, is_error: false }) },
  });
  try {
    const id = await harness.submit("x");
    const { transcript } = await harness.ended(id);
    assert.deepEqual(
      transcript.steps.map((step) => step.observation?.observation),
      ["about 2", "about 4", undefined],
    );
    const keys = [0, 1].map((step) => toolResultKey(toolJobId(id, step)));
    await until("they are gone", async () => (await harness.redis.connection.exists(...keys)) === 0);
  } finally {
    await harness.stop();
  }
});

test("a call that is added again after its result is not run again, recorded or not", async () => {
  let runs = 0;
  const turns: (() => void)[] = [];
  const harness = await startAgentHarness({
    script: async (request) => {
      if (request.messages.length === 2) return action("Calculator", "x");
      await new Promise<void>((resolve) => turns.push(resolve));
      return request.messages.length === 4 ? action("Calculator", "y") : finalAnswer("done");
    },
    tools: { Calculator: ({ input }) => ({ observation: `run ${++runs} of ${input}`, is_error: false }) },
  });
  const calls = new Queue("tools.calculator", { connection: harness.redis.connection, prefix: "{bullpen}" });
  try {
    const id = await harness.submit("x");
    /** As it comes from a worker whose command was sent twice, or that has lost the query. */
    const addAgain = async () => {
      const data = { model: "scripted", query_id: id, step: 0, tool_name: "Calculator", input: "x" };
      const parent = { id, queue: "{bullpen}:agent.scripted" };
      await calls.add("Calculator", data, { jobId: toolJobId(id, 0), parent, removeOnComplete: true });
      await until("it is through", async () => (await calls.getJob(toolJobId(id, 0))) === undefined);
    };
    await until("the second turn is under way", () => turns.length === 1);
    await addAgain();
    turns[0]?.();
    await until("the third turn is under way", () => turns.length === 2);
    await addAgain();
    turns[1]?.();
    const { transcript } = await harness.ended(id);
    assert.deepEqual(
      transcript.steps.map((step) => step.observation?.observation),
      ["run 1 of x", "run 2 of y", undefined],
    );
    await addAgain();
    assert.equal(runs, 2);
  } finally {
    await calls.close();
    await harness.stop();
  }
});
