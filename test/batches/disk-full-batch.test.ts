import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { RequestRefusedError } from "@bullpen/client";
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
      const { files, batches } = harness.client;
      const upload = async (lines: number) => {
        const text = Array.from({ length: lines }, (_, i) => batchLine(`line-${i}`, `question ${i}`));
        return files.upload(text.join("\n"));
      };
      const { id } = await batches.create({ input_file_id: (await upload(LINES)).id });
      const batch = () => batches.get(id);
      await until("it runs", async () => (await batch()).status === "in_progress");

      const { bavail, bsize } = await statfs(dataDir);
      await writeFile(join(dataDir, "filler"), Buffer.alloc(bavail * bsize));
      await assert.rejects(upload(20_000), (error) => {
        assert.ok(error instanceof RequestRefusedError);
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
