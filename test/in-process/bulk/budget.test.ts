import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { BatchView } from "@bullpen/client";
import { verifies } from "../../source-checks/requirements/requirements.js";
import { finalAnswer } from "../../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../../testing/batch-harness.js";
import { batchLine } from "../../testing/batch-lines.js";
import { until } from "../../testing/until.js";

const TOKENS_A_LINE = 100;
/** More than the model answers, however slow the machine is, until a batcher has seen that the budget is used. */
const LINES = 600;

let harness: BatchHarness;
const asked: string[] = [];
let failing = false;
/** The lines beyond a budget are many: they need not take long. */
let isRaised = false;
before(async () => {
  harness = await startBatchHarness({
    script: async ({ messages }) => {
      asked.push(messages.at(-1)?.content ?? "");
      await sleep(isRaised ? 1 : 60);
      const usage = { prompt_tokens: 70, completion_tokens: 30 };
      return failing ? { text: "", finishReason: "context", usage } : { text: finalAnswer("fine"), usage };
    },
    slots: 4,
  });
});
after(() => harness.stop());

async function start(name: string, max_total_tokens: number): Promise<string> {
  const text = Array.from({ length: LINES }, (_, i) => batchLine(`line-${i}`, `${name} ${i}`)).join("\n");
  const { id } = await harness.client.files.upload(text);
  return (await harness.client.batches.create({ input_file_id: id, bullpen: { max_total_tokens } })).id;
}

function askedOf(name: string): number {
  return asked.filter((question) => question.startsWith(`${name} `)).length;
}

async function untilExhausted(id: string): Promise<BatchView> {
  const isExhausted = async () => {
    const batch = await harness.client.batches.get(id);
    return batch.bullpen.budget_exhausted_at !== null && batch;
  };
  const batch = await until("its budget is used", isExhausted);
  await until("it has left Redis", async () => {
    const { connection } = harness.agents.redis;
    return (await connection.keys("*:batches:batch_*")).length === 0;
  });
  return batch;
}

test(
  verifies(
    ["batch-budget"],
    "a batch stops at its budget, says so, fails no line, and goes on when it is raised",
  ),
  async () => {
    const id = await start("stop", 40 * TOKENS_A_LINE);
    const batch = await untilExhausted(id);
    assert.equal(batch.status, "in_progress");
    const [error] = batch.errors?.data ?? [];
    assert.equal(error?.code, "budget_exhausted");
    assert.equal(batch.request_counts.failed, 0);
    const begun = askedOf("stop");
    assert.ok(begun >= 40 && begun < LINES, `${begun} lines began`);
    // A loss of Redis and another batcher find the budget used.
    await harness.agents.redis.connection.flushall();
    await harness.stopBatcher();
    await harness.startBatcher();
    await sleep(1_200);
    assert.equal(askedOf("stop"), begun);
    const little = await harness.client.batches.update(id, {
      bullpen: { max_total_tokens: 40 * TOKENS_A_LINE + 1 },
    });
    assert.ok(little.bullpen.budget_exhausted_at, "it has used more than that");
    isRaised = true;
    const raised = await harness.client.batches.update(id, { bullpen: { max_total_tokens: 1_000_000 } });
    assert.deepEqual([raised.errors, raised.bullpen.budget_exhausted_at], [null, null]);
    const ended = await harness.client.batches.wait(id);
    assert.deepEqual(ended.request_counts, { total: LINES, completed: LINES, failed: 0 });
    assert.equal(ended.usage.total_tokens, LINES * TOKENS_A_LINE);
    assert.equal(askedOf("stop"), LINES, "no line ran twice");
  },
);

test(
  verifies(
    ["batch-budget"],
    "a batch that stopped at its budget can be cancelled, and a retry in place counts on",
  ),
  async () => {
    [failing, isRaised] = [true, false];
    const id = await start("fail", 40 * TOKENS_A_LINE);
    await untilExhausted(id);
    await harness.client.batches.cancel(id);
    const cancelled = await harness.client.batches.wait(id);
    const begun = askedOf("fail");
    assert.deepEqual(cancelled.request_counts, { total: LINES, completed: 0, failed: LINES });
    assert.equal(cancelled.usage.total_tokens, begun * TOKENS_A_LINE);
    assert.equal(cancelled.errors, null);
    failing = false;
    await harness.client.batches.retry(id, { in_place: true });
    const again = await untilExhausted(id);
    assert.equal(again.status, "in_progress");
    isRaised = true;
    const budget = { bullpen: { max_total_tokens: 1_000_000 } };
    await harness.client.batches.update(id, budget);
    const ended = await harness.client.batches.wait(id);
    assert.deepEqual(ended.request_counts, { total: LINES, completed: LINES, failed: 0 });
    assert.equal(ended.usage.total_tokens, (LINES + begun) * TOKENS_A_LINE);
  },
);
