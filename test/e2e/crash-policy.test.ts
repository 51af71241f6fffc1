import assert from "node:assert/strict";
import { test } from "node:test";
import { type Observation, toolJobId } from "@bullpen/contracts";
import { toolResultKey } from "@bullpen/queue";
import { action, finalAnswer } from "../harness/action.js";
import { startAgentHouse } from "../harness/agent-house.js";

/** One call of `tool`, whose first worker dies when the result is recorded and the job not yet completed. */
async function callThatDiesOnce(
  tool: "Calculator" | "Search",
): Promise<{ runs: number; observation: string }> {
  let runs = 0;
  const house = await startAgentHouse({
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
        await house.redis.connection.set(key, JSON.stringify(recorded));
        throw new Error("the worker is gone");
      },
    },
  });
  try {
    const record = await house.ended(await house.submit("x"));
    return { runs, observation: record.transcript.steps[0]?.observation?.observation ?? "" };
  } finally {
    await house.stop();
  }
}

test("a search whose result was recorded before the crash is not made again", async () => {
  assert.deepEqual(await callThatDiesOnce("Search"), { runs: 1, observation: "recorded by the dead worker" });
});

test("a calculation is simply run again", async () => {
  assert.deepEqual(await callThatDiesOnce("Calculator"), { runs: 2, observation: "run 2" });
});

test("a recorded result is of its own call alone, and goes when the transcript has it", async () => {
  const house = await startAgentHouse({
    script: (request) =>
      request.messages.length < 6 ? action("Search", `${request.messages.length}`) : finalAnswer("done"),
    tools: { Search: ({ input }) => ({ observation: `about ${input}`, is_error: false }) },
  });
  try {
    const id = await house.submit("x");
    const { transcript } = await house.ended(id);
    assert.deepEqual(
      transcript.steps.map((step) => step.observation?.observation),
      ["about 2", "about 4", undefined],
    );
    const left = await house.redis.connection.exists(
      ...[0, 1].map((step) => toolResultKey(toolJobId(id, step))),
    );
    assert.equal(left, 0, "the transcript has them");
  } finally {
    await house.stop();
  }
});
