import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { brokenLines, fuzzedLines } from "./fuzzed-lines.js";
import { runBatch, runFuzzedBatch } from "./run-fuzzed-batch.js";

const SEED = 20_261_127;

let harness: BatchHarness;
before(async () => {
  harness = await startBatchHarness({ script: () => finalAnswer("fine"), slots: 64 });
});
after(() => harness.stop());

test(
  verifies(
    ["hostile-input", "batch-lines-once"],
    "of 600 lines with values of every shape in every place each ends once, and names its field",
  ),
  async () => {
    const { request_counts } = await runFuzzedBatch(harness.client, fuzzedLines(600, SEED));
    assert.ok((request_counts?.completed ?? 0) > 60 && (request_counts?.failed ?? 0) > 240);
  },
);

test(
  verifies(["hostile-input"], "of 450 lines whose envelope has such values each one is named by its number"),
  async () => {
    const lines = brokenLines(450, SEED);
    const batch = await runBatch(
      harness.client,
      Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")])),
    );
    assert.equal(batch.status, "failed");
    const errors = batch.errors?.data ?? [];
    const named = new Set(errors.map((error) => error.line));
    for (const [i, line] of lines.entries()) {
      if (!named.has(i + 1)) assertRight(line.toString());
    }
    assert.ok(named.size > 350);
    for (const error of errors) {
      assert.notEqual(error.code, "internal_error", error.message);
      assert.ok((error.message ?? "").length < 500, error.message);
    }
  },
);

/** A line without an error must be right: its value was one of those that may replace it. */
function assertRight(text: string): void {
  const { custom_id, method, url, body } = JSON.parse(text);
  const what = text.slice(0, 300);
  assert.ok(typeof custom_id === "string" && custom_id.length >= 1 && custom_id.length <= 512, what);
  assert.ok(custom_id.isWellFormed() && !custom_id.includes("\0"), what);
  assert.deepEqual([method, url, typeof body], ["POST", "/v1/chat/completions", "object"], what);
  assert.ok(!Array.isArray(body) && (body.model ?? "scripted") === "scripted", what);
}
