import assert from "node:assert/strict";
import type { BatchView, BullpenClient } from "@bullpen/client";
import { parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";
import type { FuzzedLine } from "./fuzzed-lines.js";

const DEADLINE_MS = 600_000;

/** Runs a file as a batch to its end. */
export async function runBatch(client: BullpenClient, content: Buffer): Promise<BatchView> {
  const file = await client.files.upload(content, { filename: "fuzzed.jsonl" });
  const { id } = await client.batches.create({ input_file_id: file.id });
  const look = async () => {
    const now = await client.batches.get(id);
    return ["completed", "failed"].includes(now.status) && now;
  };
  return until(`${id} ends`, look, DEADLINE_MS);
}

/** Runs fuzzed lines, and checks that each ends once, in order, and names its field where it is refused. */
export async function runFuzzedBatch(
  client: BullpenClient,
  lines: readonly FuzzedLine[],
): Promise<BatchView> {
  const batch = await runBatch(client, Buffer.from(lines.map((line) => line.text).join("\n")));
  assert.equal(batch.status, "completed", JSON.stringify(batch.errors).slice(0, 1_000));
  const results = await Promise.all(
    [batch.output_file_id, batch.error_file_id].map((id) => download(client, id)),
  );
  const [completed = [], failed = []] = results;
  assert.equal(completed.length + failed.length, lines.length);
  const ends = new Map([...completed, ...failed].map((line) => [line.custom_id, line]));
  assert.equal(ends.size, lines.length);
  for (const part of results) {
    const numbers = part.map((line) => Number(line.custom_id.slice("line-".length)));
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
  }
  for (const line of lines) checkEnd(line, ends.get(line.id));
  return batch;
}

function checkEnd(line: FuzzedLine, end: ResultLine | undefined): void {
  const what = `${line.text.slice(0, 300)} ended as ${JSON.stringify(end?.response?.body).slice(0, 500)}`;
  assert.ok(end?.response, what);
  const { error } = end.response.body;
  if (!error || error.code === "request_timeout") return;
  assert.equal(end.response.status_code, 400, what);
  const named = line.field === "\\ud800" ? "\ufffd" : line.field.slice(0, 60) || '""';
  assert.ok(error.param?.startsWith(named), what);
  assert.ok(error.message.includes(named) && error.message.length < 500, what);
}

async function download(client: BullpenClient, id: string | null | undefined): Promise<ResultLine[]> {
  return id ? parseJsonl<ResultLine>(await client.files.text(id)) : [];
}
