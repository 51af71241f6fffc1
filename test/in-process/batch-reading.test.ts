import assert from "node:assert/strict";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type BatchView, isTerminal } from "@bullpen/client";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

const LINES = 120;
const FAILED = 7;

let harness: BatchHarness;
let id: string;
before(async () => {
  harness = await startBatchHarness({
    script: async ({ messages }) => {
      const question = messages.at(-1)?.content ?? "";
      if (question === "slow") await sleep(300);
      return question === "fail" ? { text: "", finishReason: "context" } : finalAnswer(question);
    },
    slots: 16,
  });
  const lines = Array.from({ length: LINES }, (_, i) =>
    batchLine(`line-${i + 1}`, i < FAILED * 10 && i % 10 === 0 ? "fail" : "fine"),
  );
  id = await start(lines);
  await harness.client.batches.wait(id);
});
after(() => harness.stop());

async function start(lines: readonly string[]): Promise<string> {
  const file = await harness.client.files.upload(lines.join("\n"));
  return (await harness.client.batches.create({ input_file_id: file.id })).id;
}

test("failed lines are counted by code, with five examples each", async () => {
  const { counted, codes, batch_id } = await harness.client.batches.failures(id);
  assert.deepEqual([batch_id, counted, codes.length], [id, FAILED, 1]);
  const [group] = codes;
  assert.deepEqual([group?.code, group?.count, group?.examples.length], ["context_exceeded", FAILED, 5]);
  const [example] = group?.examples ?? [];
  assert.equal(example?.custom_id, "line-1");
  assert.match(example?.query_id ?? "", /^query_/);
  assert.deepEqual(
    group?.examples.map(({ line }) => line),
    [1, 11, 21, 31, 41],
  );
});

test("lines are counted by turns, tool calls and time", async () => {
  const { counted, turns, tool_calls, duration } = await harness.client.batches.histograms(id);
  assert.equal(counted, LINES);
  assert.deepEqual(turns, [{ turns: 1, lines: LINES }]);
  assert.deepEqual(tool_calls, [{ tool_calls: 0, lines: LINES }]);
  assert.ok((duration.median_ms ?? -1) >= 0 && (duration.p95_ms ?? -1) >= (duration.median_ms ?? 0));
  assert.equal(
    duration.buckets.reduce((sum, { lines }) => sum + lines, 0),
    LINES,
  );
});

test("a batch without failures has no codes, and a cancelled one counts its lines that were not run", async () => {
  const fine = await start([batchLine("a", "fine")]);
  await harness.client.batches.wait(fine);
  assert.deepEqual((await harness.client.batches.failures(fine)).codes, []);
  const slow = await start(Array.from({ length: 500 }, (_, i) => batchLine(String(i), "slow")));
  await harness.client.batches.cancel(slow);
  const { request_counts } = await harness.client.batches.wait(slow);
  const { counted, codes } = await harness.client.batches.failures(slow);
  for (const { line, custom_id } of codes.flatMap(({ examples }) => examples))
    assert.equal(line, Number(custom_id) + 1);
  assert.equal(counted, request_counts.failed);
  assert.equal(
    codes.reduce((sum, { count }) => sum + count, 0),
    counted,
  );
});

test("failed lines of a batch that runs are counted as their parts are stored", async () => {
  const lines = Array.from({ length: 600 }, (_, i) => batchLine(String(i), i % 50 === 7 ? "fail" : "slow"));
  const running = await start(lines);
  await until("the first parts", async () => (await harness.client.batches.failures(running)).counted > 0);
  assert.equal((await harness.client.batches.get(running)).status, "in_progress");
  const { codes } = await harness.client.batches.failures(running);
  assert.equal(codes[0]?.code, "context_exceeded");
  for (const { line, custom_id } of codes[0]?.examples ?? []) {
    assert.deepEqual([line, line % 50], [Number(custom_id) + 1, 8]);
  }
  await harness.client.batches.cancel(running);
  await harness.client.batches.wait(running);
});

test("results come in pages", async () => {
  const page = async (after: number, limit: number) =>
    (await harness.client.batches.resultPage(id, { after, limit })).map(({ custom_id }) => custom_id);
  assert.deepEqual(await page(0, 2), ["line-1", "line-2"]);
  assert.deepEqual(await page(49, 3), ["line-50", "line-51", "line-52"]);
  assert.deepEqual(await page(LINES - 1, 50), [`line-${LINES}`]);
  assert.deepEqual(await page(LINES, 50), []);
  for (const limit of ["0", "-1", "1001", "x", "1.5", ""]) {
    const { status, body } = await harness.api.raw.get(`/v1/batches/${id}/results?limit=${limit}`);
    assert.deepEqual([status, body.error?.param], [400, "limit"], limit);
  }
});

test("a page leaves no file open", async (t) => {
  if (!existsSync("/proc/self/fd")) return t.skip("no /proc");
  for (const after of [0, 50, LINES - 1]) await harness.client.batches.resultPage(id, { after, limit: 1 });
  await harness.client.batches.failures(id);
  const openFiles = () =>
    readdirSync("/proc/self/fd").filter((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`).startsWith(harness.dataDir);
      } catch {
        return false; // closed since the listing
      }
    });
  await until("all files are closed", () => openFiles().length === 0);
});

test("a stream of results ends after its limit while the batch runs", async () => {
  const slow = await start(Array.from({ length: 400 }, (_, i) => batchLine(String(i), "slow")));
  const response = await fetch(`${harness.api.url}/v1/batches/${slow}/results?limit=3`);
  assert.equal((await response.text()).trim().split("\n").length, 3);
  await harness.client.batches.cancel(slow);
  await harness.client.batches.wait(slow);
});

test("a batch is watched until its end, and one that has ended is told once", async () => {
  const running = await start(Array.from({ length: 200 }, (_, i) => batchLine(String(i), "slow")));
  const seen = await events(running);
  assert.ok(seen.length >= 2, `${seen.length} events`);
  assert.equal(seen.at(-1)?.status, "completed");
  assert.ok(seen.slice(0, -1).every(({ status }) => !isTerminal(status)));
  assert.equal(seen.at(-1)?.request_counts.completed, 200);
  assert.equal((await events(id)).length, 1);
  const { status, body } = await harness.api.raw.get("/v1/batches/batch_none/events");
  assert.deepEqual([status, body.error?.code], [404, "batch_not_found"]);
});

async function events(batch: string): Promise<BatchView[]> {
  const response = await fetch(`${harness.api.url}/v1/batches/${batch}/events`);
  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  const text = await response.text();
  return text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => JSON.parse(event.replace(/^data: /, "")) as BatchView); // the recorder checks the form
}

test("batches are listed by status", async () => {
  const completed = await harness.client.batches.list({ status: "completed", limit: 100 });
  assert.ok(completed.data.some((batch) => batch.id === id));
  assert.ok(completed.data.every(({ status }) => status === "completed"));
  const one = await harness.client.batches.list({ status: "completed", limit: 1 });
  assert.deepEqual([one.data.length, one.has_more], [1, true]);
  const rest = await harness.client.batches.list({
    status: "completed",
    limit: 100,
    after: one.last_id ?? "",
  });
  assert.deepEqual(
    [...one.data, ...rest.data].map((batch) => batch.id),
    completed.data.map((batch) => batch.id),
  );
  const { status, body } = await harness.api.raw.get("/v1/batches?status=running");
  assert.deepEqual([status, body.error?.param], [400, "status"]);
});
