import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { STORED_FOLDERS } from "@bullpen/storage";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { startBatchHarness } from "../testing/batch-harness.js";
import { answerOf, batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { runToEnd } from "../testing/run-app.js";
import { until } from "../testing/until.js";

const LINES = 40;

test(
  verifies(
    ["backup"],
    "a backup that is made while batches run is restored on an empty Redis, and they go on",
  ),
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "bullpen-backup-"));
    const [backup, restored] = [join(folder, "backup"), join(folder, "restored")];
    let isHeld = true;
    const script = async ({ messages }: { messages: readonly { content: string }[] }) => {
      const question = messages[1]?.content ?? "";
      if (Number(question.split(" ")[1]) >= LINES / 2) await until("it is released", () => !isHeld);
      return finalAnswer(`answer to ${question}`);
    };
    const options = { slots: LINES, script, batcher: { BATCH_LINES_IN_FLIGHT: LINES } };
    const old = await startBatchHarness(options);
    try {
      const done = await submit(old.client, 4);
      await until("it is done", async () => (await old.client.batches.get(done)).status === "completed");
      const half = await submit(old.client, LINES);
      await until("half of it has ended", async () => {
        const { request_counts } = await old.client.batches.get(half);
        return (request_counts?.completed ?? 0) >= LINES / 2;
      });
      const made = await bullpen(["backup", backup], old.dataDir);
      assert.match(made.stdout, /^\d+ objects, .* copied from /);
      const folders = (await readdir(old.dataDir)).filter((name) => !name.startsWith("."));
      const unknown = folders.filter((name) => !STORED_FOLDERS.some((known) => known === name));
      assert.deepEqual(unknown, [], "every folder of the storage is one that is copied");
      const back = await bullpen(["restore", backup], restored);
      assert.equal(back.code, 0, back.stderr);
      isHeld = false;
      const next = await startBatchHarness({ ...options, dataDir: restored });
      try {
        await until("it ends", async () => (await next.client.batches.get(half)).status === "completed");
        for (const [id, lines] of [
          [done, 4],
          [half, LINES],
        ] as const) {
          const batch = await next.client.batches.get(id);
          assert.deepEqual(batch.request_counts, { total: lines, completed: lines, failed: 0 });
          const results = parseJsonl<ResultLine>(await next.client.files.text(batch.output_file_id ?? ""));
          assert.deepEqual(
            results.map((line) => [line.custom_id, answerOf(line)]),
            Array.from({ length: lines }, (_, i) => [`line-${i}`, `answer to question ${i}`]),
          );
        }
      } finally {
        await next.stop();
      }
    } finally {
      isHeld = false;
      await old.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
);

async function submit(
  client: Awaited<ReturnType<typeof startBatchHarness>>["client"],
  lines: number,
): Promise<string> {
  const text = Array.from({ length: lines }, (_, i) => batchLine(`line-${i}`, `question ${i}`)).join("\n");
  const { id } = await client.files.upload(text, { filename: "questions.jsonl" });
  return (await client.batches.create({ input_file_id: id })).id;
}

function bullpen(args: readonly string[], dataDir: string) {
  return runToEnd(["apps/cli/bin/bullpen.js", ...args], { DATA_DIR: dataDir });
}
