import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { finalAnswer } from "../testing/action.js";
import { startBatchHarness } from "../testing/batch-harness.js";
import { batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { TestS3Server } from "../testing/s3-server.js";
import { until } from "../testing/until.js";

test("a batch lives in a bucket from its upload to its results, also while the store refuses writes", async (t) => {
  const server = await TestS3Server.start();
  t.after(() => server.stop());
  const storage = {
    S3_BUCKET: server.bucket,
    S3_ENDPOINT: server.endpoint,
    S3_ACCESS_KEY_ID: "test",
    S3_SECRET_ACCESS_KEY: "test-secret",
  };
  const harness = await startBatchHarness({
    script: ({ messages }) => finalAnswer(`Answer to ${messages.at(-1)?.content}`),
    api: storage,
    batcher: storage,
  });
  t.after(() => harness.stop());
  const lines = Array.from({ length: 30 }, (_, index) => batchLine(`line-${index}`, `question ${index}`));
  const file = await harness.client.files.upload(lines.join("\n"), { filename: "input.jsonl" });
  const { id } = await harness.client.batches.create({
    input_file_id: file.id,
  });
  let refused = 0;
  server.misbehave = ({ method, key }) =>
    method === "PUT" && key.includes(id) && refused++ < 10 ? { status: 503, code: "SlowDown" } : undefined;
  const ended = await until("the batch ends", async () => {
    const batch = await harness.client.batches.get(id);
    return batch.completed_at ? batch : undefined;
  });
  assert.ok(refused > 10, "the outage was met, and got over");
  assert.deepEqual(ended.request_counts, { total: 30, completed: 30, failed: 0 });
  assert.ok(ended.output_file_id);
  const output = await harness.client.files.text(ended.output_file_id);
  assert.deepEqual(
    parseJsonl<ResultLine>(output).map((line) => line.custom_id),
    lines.map((_, index) => `line-${index}`),
  );
  assert.deepEqual(await readdir(harness.dataDir), [], "nothing is on local disk");
});
