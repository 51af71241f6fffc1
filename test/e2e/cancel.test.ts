import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { action, finalAnswer } from "../harness/action.js";
import { type AgentHouse, startAgentHouse } from "../harness/agent-house.js";
import { until } from "../harness/until.js";

let house: AgentHouse;
let generating = 0;
let searching = 0;
let abortedTurns = 0;
let abortedSearches = 0;

before(async () => {
  house = await startAgentHouse({
    slots: 1,
    script: async (request, _index, signal) => {
      const query = request.messages[1]?.content ?? "";
      if (query === "searches" && request.messages.length === 2) return action("Search", "x");
      if (query === "quick") return finalAnswer("done");
      generating++;
      await untilAborted(signal);
      abortedTurns++;
      throw signal.reason;
    },
    tools: {
      Search: async (_job, signal) => {
        searching++;
        await untilAborted(signal);
        abortedSearches++;
        throw signal.reason;
      },
    },
  });
});
after(() => house.stop());

test("a running query is cancelled in the middle of its turn and frees the slot", async () => {
  const id = await house.submit("generates");
  await until("it generates", () => generating === 1);
  assert.equal(await house.queues.cancel(id), true);
  assert.equal((await house.record(id)).status, "cancelled");
  await until("the turn is aborted", () => abortedTurns === 1);
  assert.equal((await house.ended(await house.submit("quick"))).status, "completed");
});

test("a query that waits for a tool is cancelled with its tool call", async () => {
  const id = await house.submit("searches");
  await until("the tool runs", () => searching === 1);
  assert.equal(await house.queues.cancel(id), true);
  await until("the tool is aborted", () => abortedSearches === 1);
  await until("its job has ended", async () => (await house.queues.counts("scripted")).not_completed === 2);
  const record = await house.record(id);
  assert.equal(record.status, "cancelled");
  assert.equal(record.transcript.steps.length, 1, "the steps so far are kept");
});

test("a queued query is cancelled without being run", async () => {
  const blocker = await house.submit("generates");
  await until("the slot is taken", () => generating === 2);
  const id = await house.submit("queued");
  assert.equal(await house.queues.cancel(id), true);
  assert.equal((await house.record(id)).status, "cancelled");
  await house.queues.cancel(blocker);
  await until("its job has ended", async () => (await house.queues.counts("scripted")).not_completed === 4);
  assert.equal((await house.record(id)).transcript.steps.length, 0);
});

test("a query that has ended cannot be cancelled, and keeps its answer", async () => {
  const id = await house.submit("quick");
  await house.ended(id);
  assert.equal(await house.queues.cancel(id), false);
  assert.deepEqual((await house.record(id)).outcome, { status: "completed", answer: "done" });
});

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
