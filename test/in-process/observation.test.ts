import assert from "node:assert/strict";
import { test } from "node:test";
import { action, finalAnswer } from "../testing/action.js";
import { startAgentHarness } from "../testing/agent-harness.js";
import { until } from "../testing/until.js";
import { untilAborted } from "../testing/until-aborted.js";

test("what a tool answered is seen while the next turn is generated, recorded with it, and kept by a cancel", async () => {
  const turns: (() => void)[] = [];
  const harness = await startAgentHarness({
    script: async ({ messages }, _index, signal) => {
      if (messages.length === 2) return action("Search", "x");
      await Promise.race([new Promise<void>((resolve) => turns.push(resolve)), untilAborted(signal)]);
      return messages.length === 4 ? action("Search", "y") : finalAnswer("done");
    },
    tools: { Search: ({ input }) => ({ observation: `about ${input}`, is_error: false }) },
  });
  try {
    const { connection } = harness.redis;
    const id = await harness.submit("x");
    const seen = async () =>
      (await harness.record(id)).transcript.steps.map(({ observation }) => observation?.observation);
    const recorded = async () =>
      (await connection.hkeys(`{bullpen}:transcript:${id}`)).filter((field) => /^\d/.test(field)).sort();

    await until("the second turn is under way", () => turns.length === 1);
    assert.deepEqual(await seen(), ["about x"]);
    assert.deepEqual(await recorded(), ["0:action"]);
    turns[0]?.();
    await until("the third turn is under way", () => turns.length === 2);
    assert.deepEqual(await seen(), ["about x", "about y"]);
    assert.deepEqual(await recorded(), ["0:action", "0:observation", "1:action"]);
    const kept = await connection.hlen(`{bullpen}:agent.scripted:${id}:processed`);
    assert.equal(kept, 1, "the job holds nothing that is in the transcript");

    assert.equal(await harness.queues.cancel(id), true);
    assert.deepEqual(await seen(), ["about x", "about y"]);
    await until(
      "its job has ended",
      async () => (await harness.queues.counts("scripted")).not_completed === 1,
    );
    assert.deepEqual(await seen(), ["about x", "about y"]);
  } finally {
    await harness.stop();
  }
});
