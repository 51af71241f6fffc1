import assert from "node:assert/strict";
import { test } from "node:test";
import { action, finalAnswer } from "../testing/action.js";
import { startAgentHarness } from "../testing/agent-harness.js";
import { until } from "../testing/until.js";

test("with one slot, a query runs while three others wait for a slow tool, and the resumed go first", async () => {
  const release = deferred();
  const order: string[] = [];
  let searching = 0;
  const harness = await startAgentHarness({
    slots: 1,
    script: (request) => {
      const query = request.messages[1]?.content ?? "";
      order.push(query);
      const isFirstTurn = request.messages.length === 2;
      return query.startsWith("slow") && isFirstTurn ? action("Search", query) : finalAnswer(`done ${query}`);
    },
    tools: {
      Search: async () => {
        searching++;
        await release.promise;
        return { observation: "found", is_error: false };
      },
    },
  });
  try {
    const slow = await Promise.all(["slow 1", "slow 2", "slow 3"].map((query) => harness.submit(query)));
    await until("three tools run", () => searching === 3);
    await until("three queries wait", async () => {
      const records = await Promise.all(slow.map((id) => harness.record(id)));
      return records.every((record) => record.status === "waiting_for_tool");
    });

    const fourth = await harness.ended(await harness.submit("quick"));
    assert.deepEqual(fourth.outcome, { status: "completed", answer: "done quick" });

    release.resolve(undefined);
    const answers = await Promise.all(slow.map(async (id) => (await harness.ended(id)).outcome));
    assert.deepEqual(
      answers,
      ["slow 1", "slow 2", "slow 3"].map((query) => ({ status: "completed", answer: `done ${query}` })),
    );
    assert.equal(harness.model.peakConcurrency, 1);
  } finally {
    release.resolve(undefined);
    await harness.stop();
  }
});

test("a query that comes back from its tool takes precedence over those that have not begun", async () => {
  const blocker = deferred();
  const tool = deferred();
  const order: string[] = [];
  const harness = await startAgentHarness({
    slots: 1,
    script: async (request) => {
      const query = request.messages[1]?.content ?? "";
      order.push(`${query}:${request.messages.length === 2 ? "fresh" : "resumed"}`);
      if (query === "blocker") await blocker.promise;
      return query === "asks" && request.messages.length === 2 ? action("Search", "x") : finalAnswer("ok");
    },
    tools: {
      Search: async () => {
        await tool.promise;
        return { observation: "found", is_error: false };
      },
    },
  });
  try {
    const asks = await harness.submit("asks");
    await until("it waits", async () => (await harness.record(asks)).status === "waiting_for_tool");
    const rest = [await harness.submit("blocker")];
    await until("the slot is taken", () => order.includes("blocker:fresh"));
    for (const query of ["fresh 1", "fresh 2", "fresh 3"]) rest.push(await harness.submit(query));
    tool.resolve(undefined);
    await until("its tool has answered", async () => (await harness.record(asks)).status === "running");
    blocker.resolve(undefined);
    await Promise.all([asks, ...rest].map((id) => harness.ended(id)));
    assert.deepEqual(order, [
      "asks:fresh",
      "blocker:fresh",
      "asks:resumed",
      "fresh 1:fresh",
      "fresh 2:fresh",
      "fresh 3:fresh",
    ]);
  } finally {
    blocker.resolve(undefined);
    tool.resolve(undefined);
    await harness.stop();
  }
});

function deferred() {
  let resolve: (value: unknown) => void = () => {};
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
