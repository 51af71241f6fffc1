import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { BatchView } from "@bullpen/client";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";
import { untilAborted } from "../testing/until-aborted.js";

let harness: BatchHarness;
before(async () => {
  harness = await startBatchHarness({
    script: async ({ messages }, _call, signal) => {
      if (messages.some(({ content }) => content.startsWith("hang"))) {
        await untilAborted(signal);
      }
      return finalAnswer("fine");
    },
    slots: 40,
  });
});
after(() => harness.stop());

async function submit(lines: readonly string[]): Promise<string> {
  const { id } = await harness.client.files.upload(lines.join("\n"), { filename: "poison.jsonl" });
  return (await harness.client.batches.create({ input_file_id: id })).id;
}

function reaches(id: string, status: BatchView["status"]): Promise<BatchView> {
  return until(`${id} is ${status}`, async () => {
    const batch = await harness.client.batches.get(id);
    return batch.status === status && batch;
  });
}

async function failedLines(batch: BatchView): Promise<ResultLine[]> {
  const text = await harness.client.files.text(batch.error_file_id ?? "");
  return parseJsonl<ResultLine>(text);
}

/** A line whose body holds `[[[…]]]` as a parameter. */
function deepLine(id: string, parameter: string, depth: number): string {
  const nested = "[".repeat(depth) + "]".repeat(depth);
  return batchLine(id, "hello", { [parameter]: 0 }).replace(`"${parameter}":0`, `"${parameter}":${nested}`);
}

const PARAMETERS = ["messages", "stop", "tools", "response_format", "logit_bias", "n", "metadata", "bullpen"];
const POISON = [...PARAMETERS, "temperature", "stream_options", "unheard_of"].flatMap((parameter) =>
  [101, 5_000, 100_000].map((depth) => ({ id: `${parameter} ${depth}`, parameter, depth })),
);
const poison = POISON.map(({ id, parameter, depth }) => deepLine(id, parameter, depth));

test(verifies(["batch-ends", "hostile-input"], "lines nested too deeply fail alone, by name"), async () => {
  const id = await submit([batchLine("first", "hello"), ...poison, batchLine("last", "hello")]);
  const batch = await reaches(id, "completed");
  assert.deepEqual(batch.request_counts, { total: POISON.length + 2, completed: 2, failed: POISON.length });
  assert.deepEqual(
    (await failedLines(batch)).map((line) => [line.custom_id, line.response?.body.error?.param]),
    POISON.map((line) => [line.id, line.parameter]),
  );
});

test(verifies(["batch-ends", "hostile-input"], "a model nested too deeply is no model"), async () => {
  const batch = await reaches(await submit([deepLine("deep", "model", 100_000)]), "failed");
  assert.equal(batch.errors?.data?.[0]?.code, "model_not_found");
});

test(verifies(["hostile-input"], "requests nested too deeply are refused by name"), async () => {
  const nested = "[".repeat(100_000) + "]".repeat(100_000);
  const bodies = [
    ...PARAMETERS.map((name) => ["/v1/chat/completions", `{"messages":[],"${name}":${nested}}`, name]),
    ...["query", "metadata", "tools", "unheard_of"].map((name) => [
      "/v1/queries",
      `{"${name}":${nested}}`,
      name,
    ]),
    ["/v1/batches", `{"input_file_id":${nested}}`, "input_file_id"],
    ["/v1/webhook_endpoints", `{"url":${nested}}`, "url"],
  ] as const;
  for (const [path, body, name] of bodies) {
    const { status, body: answer } = await harness.api.raw.post(path, body);
    assert.deepEqual([status, answer.error?.param], [400, name], `${path}: ${answer.error?.message}`);
  }
});

test(verifies(["batch-ends"], "a batch with such lines can be cancelled"), async () => {
  const id = await submit([...poison, batchLine("slow", "hang")]);
  await reaches(id, "in_progress");
  await harness.client.batches.cancel(id);
  const batch = await reaches(id, "cancelled");
  assert.equal(batch.request_counts?.failed, POISON.length + 1);
  assert.equal((await failedLines(batch)).at(-1)?.error?.code, "batch_cancelled");
});

test(verifies(["batch-ends"], "and expires"), async () => {
  const id = await submit([...poison, batchLine("slow", "hang")]);
  await reaches(id, "in_progress");
  await harness.stopBatcher();
  await harness.backdate(id, 86_400_000);
  await harness.startBatcher();
  const batch = await reaches(id, "expired");
  assert.equal(batch.request_counts?.failed, POISON.length + 1);
  assert.equal((await failedLines(batch)).at(-1)?.error?.code, "batch_expired");
});

test(verifies(["batch-ends"], "lines that are lost after the validation end all the same"), async () => {
  const id = await submit(Array.from({ length: 30 }, (_, i) => batchLine(`n-${i}`, "hang")));
  await reaches(id, "in_progress");
  await harness.stopBatcher();
  const input = join(harness.dataDir, "batches/default", id, "input.jsonl");
  const lines = (await readFile(input, "utf8")).split("\n");
  // The second line becomes unreadable in its place; the third chunk loses its end.
  const damaged = lines.map((line, i) => (i === 1 ? "x".repeat(line.length) : line)).slice(0, 25);
  await writeFile(input, damaged.join("\n"));
  await harness.agents.redis.connection.flushall();
  await harness.startBatcher();
  await until("its lines are submitted again", () => harness.agents.redis.connection.keys("*transcript*"));
  await harness.client.batches.cancel(id);
  const batch = await reaches(id, "cancelled");
  const failed = await failedLines(batch);
  assert.equal(failed.length, 30);
  const codes = failed.map((line) => line.error?.code ?? line.response?.body.error?.code);
  assert.deepEqual(codes.slice(0, 3), ["batch_cancelled", "invalid_request", "batch_cancelled"]);
  assert.deepEqual(
    codes.slice(25),
    Array.from({ length: 5 }, () => "internal_error"),
  );
});

test(verifies(["batch-ends"], "a batch whose input is gone ends"), async () => {
  const id = await submit([batchLine("a", "hang")]);
  await reaches(id, "in_progress");
  await harness.stopBatcher();
  await rm(join(harness.dataDir, "batches/default", id, "input.jsonl"));
  await harness.agents.redis.connection.flushall();
  await harness.startBatcher();
  const batch = await reaches(id, "completed");
  assert.deepEqual(batch.request_counts, { total: 1, completed: 0, failed: 1 });
});

test(verifies(["batch-ends"], "a line whose end cannot be read fails alone"), async () => {
  const { connection } = harness.agents.redis;
  const id = await submit(["hang", "hello"].map((text) => batchLine(text, text)));
  const ended = await until("one has ended", async () => {
    for (const key of await connection.keys("{bullpen}:transcript:*")) {
      if (await connection.hexists(key, "end")) return key;
    }
    return undefined;
  });
  await connection.hset(ended, "end", "{garbage");
  await harness.client.batches.cancel(id);
  const batch = await reaches(id, "cancelled");
  const codes = (await failedLines(batch)).map((line) => line.response?.body.error?.code ?? line.error?.code);
  assert.deepEqual(codes, ["batch_cancelled", "internal_error"]);
});
