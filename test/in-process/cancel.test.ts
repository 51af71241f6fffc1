import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { action, finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";
import { until } from "../testing/until.js";
import { untilAborted } from "../testing/until-aborted.js";

let harness: AgentHarness;
let generating = 0;
let searching = 0;
let abortedTurns = 0;
let abortedSearches = 0;

before(async () => {
  harness = await startAgentHarness({
    slots: 1,
    script: async (request, _index, signal) => {
      const query = request.messages[1]?.content ?? "";
      if (query === "searches" && request.messages.length === 2) return action("Search", "x");
      if (query === "quick") return finalAnswer("done");
      generating++;
      await untilAborted(signal).catch(() => {});
      abortedTurns++;
      throw signal.reason;
    },
    tools: {
      Search: async (_job, signal) => {
        searching++;
        await untilAborted(signal).catch(() => {});
        abortedSearches++;
        throw signal.reason;
      },
    },
  });
});
after(() => harness.stop());

test("a running query is cancelled in the middle of its turn and frees the slot", async () => {
  const id = await harness.submit("generates");
  await until("it generates", () => generating === 1);
  assert.equal(await harness.queues.cancel(id), true);
  assert.equal((await harness.record(id)).status, "cancelled");
  await until("the turn is aborted", () => abortedTurns === 1);
  assert.equal((await harness.ended(await harness.submit("quick"))).status, "completed");
});

test("a query that waits for a tool is cancelled with its tool call", async () => {
  const id = await harness.submit("searches");
  await until("the tool runs", () => searching === 1);
  assert.equal(await harness.queues.cancel(id), true);
  await until("the tool is aborted", () => abortedSearches === 1);
  await until("its job has ended", async () => (await harness.queues.counts("scripted")).not_completed === 2);
  const record = await harness.record(id);
  assert.equal(record.status, "cancelled");
  assert.equal(record.transcript.steps.length, 1, "the steps so far are kept");
});

test("a queued query is cancelled without being run", async () => {
  const blocker = await harness.submit("generates");
  await until("the slot is taken", () => generating === 2);
  const id = await harness.submit("queued");
  assert.equal(await harness.queues.cancel(id), true);
  assert.equal((await harness.record(id)).status, "cancelled");
  await harness.queues.cancel(blocker);
  await until("its job has ended", async () => (await harness.queues.counts("scripted")).not_completed === 4);
  assert.equal((await harness.record(id)).transcript.steps.length, 0);
});

test("a query that has ended cannot be cancelled, and keeps its answer", async () => {
  const id = await harness.submit("quick");
  await harness.ended(id);
  assert.equal(await harness.queues.cancel(id), false);
  assert.deepEqual((await harness.record(id)).outcome, { status: "completed", answer: "done" });
});
