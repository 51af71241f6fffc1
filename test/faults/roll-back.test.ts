import assert from "node:assert/strict";
import { test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { startAgentHarness } from "../testing/agent-harness.js";
import { until } from "../testing/until.js";
import { RollBack } from "./injectors/roll-back.js";

/**
 * BullMQ gives one lock token to all jobs that a slot takes in a row. So a worker that holds a query
 * for the second time holds, after Redis has lost what lies between, a lock that says it may write;
 * but the transcript ends before the step that it is about to record.
 */
test(
  verifies(["redis-restarts", "steps-once"], "a step is not recorded after steps that Redis has lost"),
  async () => {
    const gates = new Map([gate("A0"), gate("A1")]);
    const begun: string[] = [];
    const harness = await startAgentHarness({
      slots: 1,
      script: async ({ messages }) => {
        const seen = messages.filter((message) => message.role === "tool").map((message) => message.content);
        const turn = `${messages[1]?.content}${seen.length}`;
        begun.push(turn);
        await gates.get(turn)?.opened;
        return seen.length < 2 ? action("Search", turn) : finalAnswer(seen.join());
      },
      tools: { Search: ({ input }) => ({ observation: `found ${input}`, is_error: false }) },
    });
    try {
      const id = await harness.submit("A");
      await until("the first turn is under way", () => begun.includes("A0"));
      await harness.submit("B"); // it keeps the slot busy, and so the lock's token the same
      const before = await RollBack.keep(harness.redis.connection);
      gates.get("A0")?.open();
      await until("the second turn is under way", () => begun.includes("A1"));
      await before.restore();
      gates.get("A1")?.open();
      const { outcome } = await harness.ended(id);
      assert.deepEqual(outcome, { status: "completed", answer: "found A0,found A1" });
    } finally {
      for (const { open } of gates.values()) open();
      await harness.stop();
    }
  },
);

function gate(name: string): [string, { opened: Promise<void>; open: () => void }] {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [name, { opened, open }];
}
