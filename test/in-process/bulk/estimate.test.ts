import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WorkerRegistry } from "@bullpen/queue";
import { verifies } from "../../source-checks/requirements/requirements.js";
import { finalAnswer } from "../../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../../testing/batch-harness.js";
import { batchLine } from "../../testing/batch-lines.js";
import { until } from "../../testing/until.js";
import { untilAborted } from "../../testing/until-aborted.js";

const LINES = 500;
const SLOTS = 4;

let harness: BatchHarness;
let stopBeating: () => Promise<void>;
const asked: string[] = [];
before(async () => {
  harness = await startBatchHarness({
    script: async ({ messages }, _call, signal) => {
      const question = messages.at(-1)?.content ?? "";
      asked.push(question);
      if (question.startsWith("hang")) await untilAborted(signal);
      const words = Number(question.split(" ")[1]);
      return { text: finalAnswer("fine"), usage: { prompt_tokens: 100 + words, completion_tokens: words } };
    },
    slots: SLOTS,
    api: { PRICE_PER_MILLION_INPUT_TOKENS: 10, PRICE_PER_MILLION_OUTPUT_TOKENS: 40 },
  });
  // The harness has the handler of a worker, which tells nobody of itself.
  const worker = { host: "test", pid: 1, model: "scripted", engine: "openai", slots: SLOTS } as const;
  const idle = { busy_slots: 0, context_tokens: 4_096, tokens_per_second: 0, gpus: [], started_at: 0 };
  const registry = new WorkerRegistry({ redis: harness.agents.redis.connection });
  stopBeating = registry.keepBeating("worker_test", () => ({ ...worker, ...idle }));
  await until("the worker is known", async () => (await registry.list()).length === 1);
});
after(async () => {
  await stopBeating();
  await harness.stop();
});

/** Lines of 1 to 50 words, as often each. */
async function upload(name: string, lines: number): Promise<string> {
  const text = Array.from({ length: lines }, (_, i) =>
    batchLine(`line-${i}`, `${name} ${(i % 50) + 1} ${i}`),
  );
  return (await harness.client.files.upload(text.join("\n"))).id;
}

test(
  verifies(["batch-estimate"], "a sample tells what a batch then uses and costs, within its intervals"),
  async () => {
    const input_file_id = await upload("whole", LINES);
    const estimate = await harness.client.batches.estimate({ input_file_id, seed: 3 });
    assert.deepEqual(estimate.sample, { lines: 20, completed: 20, failed: 0, unfinished: 0, seed: 3 });
    assert.deepEqual([estimate.lines, estimate.slots, estimate.model], [LINES, SLOTS, "scripted"]);
    assert.equal(asked.length, 20);
    const { id } = await harness.client.batches.create({ input_file_id });
    const { usage, bullpen } = await harness.client.batches.wait(id);
    const cost = (usage.input_tokens * 10 + usage.output_tokens * 40) / 1_000_000;
    assert.deepEqual(bullpen.cost, { amount: cost, currency: "USD" });
    for (const [interval, truth] of [
      [estimate.input_tokens, usage.input_tokens],
      [estimate.output_tokens, usage.output_tokens],
      [estimate.total_tokens, usage.total_tokens],
      [estimate.cost ?? estimate.seconds, cost],
    ] as const) {
      assert.ok(interval.low <= truth && truth <= interval.high, `${truth} in ${JSON.stringify(interval)}`);
      assert.ok(interval.low < interval.estimate && interval.estimate < interval.high);
    }
    const rows = await harness.client.usage.list();
    const used = rows.reduce((sum, row) => sum + (row.cost?.amount ?? 0), 0);
    assert.ok(used > cost, "the sample's cost is in the usage, too");
  },
);

test(
  verifies(["batch-estimate"], "the same seed runs the same lines, and all lines are no sample"),
  async () => {
    const input_file_id = await upload("seeded", 100);
    const run = async (seed: number) => {
      asked.length = 0;
      await harness.client.batches.estimate({ input_file_id, seed, sample: 5 });
      return asked.toSorted();
    };
    const first = await run(1);
    assert.deepEqual(await run(1), first);
    assert.notDeepEqual(await run(2), first);
    const few = await harness.client.batches.estimate({ input_file_id: await upload("few", 3) });
    assert.equal(few.sample.lines, 3);
    assert.deepEqual(few.output_tokens, { estimate: 6, low: 6, high: 6 });
  },
);

test("lines that do not end in time are cancelled and said, and refused ones cost nothing", async () => {
  const lines = ["hang 1", "hang 2", "fine 8", "fine 8"].map((question, i) =>
    batchLine(`line-${i}`, question, i === 3 ? { temperature: 99 } : {}),
  );
  const { id } = await harness.client.files.upload(lines.join("\n"));
  const estimate = await harness.client.batches.estimate({ input_file_id: id, timeout_seconds: 3 });
  assert.deepEqual(estimate.sample, { lines: 2, completed: 1, failed: 1, unfinished: 2, seed: 0 });
  const { id: hanging } = await harness.client.files.upload(batchLine("a", "hang 1"));
  await assert.rejects(
    harness.client.batches.estimate({ input_file_id: hanging, timeout_seconds: 1 }, { maxAttempts: 1 }),
    {
      param: "timeout_seconds",
    },
  );
  await until("nothing runs", async () => {
    const queues = await harness.client.queues.list();
    return queues.every(({ queued, running }) => queued + running === 0);
  });
});

test("what would be no batch is no estimate", async () => {
  const refused = async (text: string, code: string) => {
    const { id } = await harness.client.files.upload(text);
    await assert.rejects(harness.client.batches.estimate({ input_file_id: id }), { code });
  };
  await refused("{not json\n", "invalid_request");
  await refused(batchLine("a", "fine 1", { model: "none" }), "model_not_found");
  await refused(batchLine("a", "fine 1").replace("/v1/chat/completions", "/v1/other"), "invalid_request");
  await assert.rejects(harness.client.batches.estimate({ input_file_id: "file-nowhere" }), {
    code: "file_not_found",
  });
});
