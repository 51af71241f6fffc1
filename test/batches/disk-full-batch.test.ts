import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import OpenAI, { toFile } from "openai";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

const LINES = 60;

test(
  verifies(
    ["disk-full"],
    "while the disk is full uploads are refused with 507 and parts wait; free space ends it",
  ),
  async (t) => {
    const dataDir = await mkdtemp(join(tmpdir(), "bullpen-full-"));
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "bullpen-full", dataDir]);
    t.after(async () => {
      if (mounted.status === 0) spawnSync("umount", [dataDir]);
      await rm(dataDir, { recursive: true, force: true });
    });
    if (mounted.status !== 0) return t.skip("this user may not mount a file system");
    let answers = 0;
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const script = async () => {
      await opened;
      answers++;
      return finalAnswer("fine ".repeat(500));
    };
    const harness = await startBatchHarness({ script, slots: 16, dataDir });
    try {
      const client = new OpenAI({ baseURL: `${harness.api.url}/v1`, apiKey: "none", maxRetries: 0 });
      const upload = async (lines: number) => {
        const text = Array.from({ length: lines }, (_, i) => batchLine(`line-${i}`, `question ${i}`));
        const file = await toFile(Buffer.from(text.join("\n")), "input.jsonl");
        return client.files.create({ file, purpose: "batch" });
      };
      const { id } = await client.batches.create({
        input_file_id: (await upload(LINES)).id,
        endpoint: "/v1/chat/completions",
        completion_window: "24h",
      });
      const batch = () => client.batches.retrieve(id);
      await until("it runs", async () => (await batch()).status === "in_progress");

      const { bavail, bsize } = await statfs(dataDir);
      await writeFile(join(dataDir, "filler"), Buffer.alloc(bavail * bsize));
      await assert.rejects(upload(20_000), (error) => {
        assert.ok(error instanceof OpenAI.APIError);
        assert.equal(error.status, 507);
        assert.equal(error.code, "storage_full");
        return true;
      });
      open();
      await until("all lines have been answered", () => answers === LINES);
      const { status, request_counts } = await batch();
      assert.equal(status, "in_progress");
      assert.equal(request_counts?.completed, 0);

      await rm(join(dataDir, "filler"));
      await until("it completes", async () => (await batch()).status === "completed");
      assert.deepEqual((await batch()).request_counts, { total: LINES, completed: LINES, failed: 0 });
      assert.equal(answers, LINES, "no line was answered twice");
    } finally {
      await harness.stop();
    }
  },
);
