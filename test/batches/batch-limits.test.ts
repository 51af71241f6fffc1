import assert from "node:assert/strict";
import { access, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { BatchView } from "@bullpen/client";
import { newId } from "@bullpen/contracts";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, type BatchHarnessOptions, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

async function withHarness(options: BatchHarnessOptions, run: (harness: BatchHarness) => Promise<void>) {
  const harness = await startBatchHarness(options);
  try {
    await run(harness);
  } finally {
    await harness.stop();
  }
}

async function submit({ client }: BatchHarness, lines: number): Promise<string> {
  const text = Array.from({ length: lines }, (_, i) => batchLine(`line-${i}`, `question ${i}`));
  const { id } = await client.files.upload(text.join("\n"), { filename: "input.jsonl" });
  return (await client.batches.create({ input_file_id: id })).id;
}

function reaches({ client }: BatchHarness, id: string, status: BatchView["status"]): Promise<BatchView> {
  return until(`${id} is ${status}`, async () => {
    const batch = await client.batches.get(id);
    return batch.status === status && batch;
  });
}

/** A model that answers when the test lets it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test(verifies(["memory-in-flight"], "of a large batch only the lines in flight are in Redis"), async () => {
  const { opened, open } = gate();
  const script = async () => {
    await opened;
    return finalAnswer("fine");
  };
  await withHarness({ script, batcher: { BATCH_LINES_IN_FLIGHT: 100 } }, async (harness) => {
    const { connection } = harness.agents.redis;
    const countQueries = async () => (await connection.keys("{bullpen}:transcript:*")).length;
    const small = await submit(harness, 100);
    const large = await submit(harness, 3_000);
    await until("both are in flight", async () => (await countQueries()) >= 160);
    await reaches(harness, large, "in_progress");
    assert.equal(await countQueries(), 160); // 10 chunks of 10 lines, 1 of 60
    open();
    await reaches(harness, small, "completed");
    const batch = await reaches(harness, large, "completed");
    assert.deepEqual(batch.request_counts, { total: 3_000, completed: 3_000, failed: 0 });
    await until("nothing of them is left", async () => (await countQueries()) === 0);
    const keys = (await connection.keys("{bullpen}:*")).filter((key) =>
      /query_|batch_\w+-|transcript/.test(key),
    );
    assert.deepEqual(keys, []);
  });
});

test(
  verifies(
    ["batch-durable"],
    "a batch that was answered for is on disk: nothing else is needed to finish it",
  ),
  async () => {
    await withHarness({ script: () => finalAnswer("fine") }, async (harness) => {
      await harness.stopBatcher();
      const id = await submit(harness, 30);
      const folder = join(harness.dataDir, "batches/default", id);
      await access(join(folder, "manifest.json"));
      await access(join(folder, "input.jsonl"));
      await harness.agents.redis.connection.flushall();
      await harness.startBatcher();
      const batch = await reaches(harness, id, "completed");
      assert.equal(batch.request_counts?.completed, 30);
    });
  },
);

test(verifies(["batch-ends"], "a batch past its window expires, and keeps what it has"), async () => {
  const script = async ({ messages }: { messages: readonly { content: string }[] }) => {
    const isQuick = messages.some(({ content }) => /question \d$/.test(content));
    if (!isQuick) await new Promise(() => {});
    return finalAnswer("fine");
  };
  await withHarness({ script, slots: 40 }, async (harness) => {
    const id = await submit(harness, 30);
    await until("the first chunk ends", async () => {
      const { request_counts } = await harness.client.batches.get(id);
      return request_counts?.completed === 10;
    });
    // Its window is a day: the batch is told that it began yesterday.
    await harness.stopBatcher();
    await harness.backdate(id, 86_400_000);
    await harness.startBatcher();
    const batch = await reaches(harness, id, "expired");
    assert.deepEqual(batch.request_counts, { total: 30, completed: 10, failed: 20 });
    const text = await harness.client.files.text(batch.error_file_id ?? "");
    const codes = parseJsonl<ResultLine>(text).map((line) => line.error?.code);
    assert.deepEqual(new Set(codes), new Set(["batch_expired"]));
  });
});

test(verifies(["batch-ends"], "a batch is cancelled also while there is no worker"), async () => {
  await withHarness({ script: () => finalAnswer("fine") }, async (harness) => {
    await harness.agents.stopWorker(0);
    const id = await submit(harness, 200);
    await reaches(harness, id, "in_progress");
    await harness.client.batches.cancel(id);
    const batch = await reaches(harness, id, "cancelled");
    assert.deepEqual(batch.request_counts, { total: 200, completed: 0, failed: 200 });
    assert.equal(batch.output_file_id, null);
  });
});

test(
  verifies(["batcher-dies"], "several batchers share a batch, and one may leave in the middle"),
  async () => {
    const script = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return finalAnswer("fine");
    };
    await withHarness({ script, slots: 8, batcher: { BATCH_LINES_IN_FLIGHT: 100 } }, async (harness) => {
      const leave = await harness.addBatcher();
      const id = await submit(harness, 1_000);
      await until("half of it has ended", async () => {
        const { request_counts } = await harness.client.batches.get(id);
        return (request_counts?.completed ?? 0) >= 500;
      });
      await leave();
      const batch = await reaches(harness, id, "completed");
      assert.equal(batch.request_counts?.completed, 1_000);
      const output = await harness.client.files.text(batch.output_file_id ?? "");
      assert.deepEqual(
        parseJsonl<ResultLine>(output).map((line) => line.custom_id),
        Array.from({ length: 1_000 }, (_, i) => `line-${i}`),
      );
      // The end is written before what is no longer needed goes.
      const left = await until("the rest is cleared away", async () => {
        const names = await readdir(join(harness.dataDir, "batches/default", id));
        return names.length === 4 && names;
      });
      assert.deepEqual(left.sort(), ["end.json", "finalizing.json", "manifest.json", "plan.json"]);
    });
  },
);

test("what an api left behind that died while it made a batch is cleared away", async () => {
  await withHarness({ script: () => finalAnswer("fine") }, async (harness) => {
    const id = `batch_${(Date.now() - 7_200_000).toString(36).padStart(9, "0")}000000000000000`;
    const young = newId("batch");
    const folder = (name: string) => join(harness.dataDir, "batches/default", name);
    for (const name of [id, young]) {
      await mkdir(folder(name), { recursive: true });
      await writeFile(join(folder(name), "input.jsonl"), "{}");
      await mkdir(join(harness.dataDir, "active-batches"), { recursive: true });
      await writeFile(join(harness.dataDir, "active-batches", `default ${name}`), "");
    }
    await until("the old one is gone", async () => {
      const active = await readdir(join(harness.dataDir, "active-batches"));
      return active.length === 1 && active[0] === `default ${young}`;
    });
    assert.deepEqual(await readdir(folder(id)), []);
    assert.deepEqual(await readdir(folder(young)), ["input.jsonl"]);
  });
});
