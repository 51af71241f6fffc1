import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { BatchResult, BatchView } from "@bullpen/client";
import { verifies } from "../../source-checks/requirements/requirements.js";
import { finalAnswer } from "../../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../../testing/batch-harness.js";
import { batchLine, parseJsonl } from "../../testing/batch-lines.js";
import { until } from "../../testing/until.js";
import { untilAborted } from "../../testing/until-aborted.js";

let harness: BatchHarness;
/** Whether the model is well: it fails `context` and `hang` questions otherwise. */
let isWell = false;
/** How often each question was asked. */
const asked = new Map<string, number>();

before(async () => {
  harness = await startBatchHarness({
    script: async ({ messages }, _call, signal) => {
      const question = messages.at(-1)?.content ?? "";
      asked.set(question, (asked.get(question) ?? 0) + 1);
      if (question.startsWith("hang") && !isWell) await untilAborted(signal);
      if (question.startsWith("context") && !isWell) return { text: "", finishReason: "context" };
      return finalAnswer(`answer to ${question}`);
    },
    slots: 16,
  });
});
after(() => harness.stop());

const LINES = 35;

/** Every fifth line is too long for the model, and every seventh has a parameter that is refused. */
function inputOf(name: string): string {
  const lines = Array.from({ length: LINES }, (_, i) => {
    const question = `${i % 5 === 0 ? "context" : "fine"} ${name} ${i}`;
    return batchLine(`line-${i}`, question, i % 7 === 3 ? { temperature: 99 } : {});
  });
  // Blank lines are no lines of a batch.
  return `\n${lines.join("\n\n")}\n`;
}

async function run(text: string): Promise<BatchView> {
  isWell = false;
  const { id } = await harness.client.files.upload(text);
  const batch = await harness.client.batches.create({ input_file_id: id, metadata: { made: "by a test" } });
  return harness.client.batches.wait(batch.id);
}

async function linesOf(id: string | null): Promise<string[]> {
  return id === null ? [] : (await harness.client.files.text(id)).split("\n").filter((line) => line !== "");
}

/** Each line is once in one of the files, in input order; counts, files and results agree. */
async function check(batch: BatchView): Promise<void> {
  const ids = (lines: readonly string[]) =>
    parseJsonl<BatchResult>(lines.join("\n")).map((line) => line.custom_id);
  const place = (id: string) => Number(id.slice("line-".length));
  const [output, errors] = [await linesOf(batch.output_file_id), await linesOf(batch.error_file_id)];
  for (const file of [output, errors]) {
    assert.deepEqual(
      ids(file).map(place),
      ids(file)
        .map(place)
        .toSorted((a, b) => a - b),
    );
  }
  const { total, completed, failed } = batch.request_counts;
  assert.deepEqual([completed, failed, total], [output.length, errors.length, output.length + errors.length]);
  const results: string[] = [];
  for await (const line of harness.client.batches.results(batch.id)) results.push(line.custom_id);
  assert.deepEqual(
    results,
    ids([...output, ...errors]).toSorted((a, b) => place(a) - place(b)),
  );
  const { counted } = await harness.client.batches.failures(batch.id);
  assert.equal(counted, failed);
}

test(
  verifies(
    ["batch-retry"],
    "failed lines run again in a new batch, which names its origin and can be retried itself",
  ),
  async () => {
    const first = await run(inputOf("new"));
    const failed = first.request_counts.failed;
    assert.equal(failed, 7 + 5 - 1);
    const retry = await harness.client.batches.retry(first.id);
    assert.notEqual(retry.id, first.id);
    assert.deepEqual([retry.bullpen.retry_of, retry.metadata], [first.id, { made: "by a test" }]);
    const second = await harness.client.batches.wait(retry.id);
    assert.deepEqual(second.request_counts, { total: failed, completed: 0, failed });
    await check(second);
    isWell = true;
    const third = await harness.client.batches.wait(
      (await harness.client.batches.retry(second.id, { codes: ["context_exceeded"] })).id,
    );
    assert.deepEqual(third.request_counts, { total: 6, completed: 6, failed: 0 });
    await check(third);
    await check(await harness.client.batches.get(first.id));
  },
);

test(
  verifies(["batch-retry"], "in place, a batch has each line once, and the answers of before as they were"),
  async () => {
    const first = await run(inputOf("place"));
    const before = await linesOf(first.output_file_id);
    isWell = true;
    const retried = await harness.client.batches.retry(first.id, {
      codes: ["context_exceeded"],
      in_place: true,
    });
    assert.equal(retried.id, first.id);
    assert.equal(retried.output_file_id, null);
    const ended = await harness.client.batches.wait(first.id);
    assert.deepEqual(ended.request_counts, { total: LINES, completed: LINES - 5, failed: 5 });
    await check(ended);
    const lines = await linesOf(ended.output_file_id);
    assert.ok(before.every((line) => lines.includes(line)));
    assert.equal(asked.get("fine place 1"), 1, "an answered line is not asked again");
    assert.equal(asked.get("context place 0"), 2);
    assert.ok(ended.usage.total_tokens > first.usage.total_tokens);
    for (const id of [first.output_file_id, first.error_file_id]) {
      await assert.rejects(harness.client.files.get(id ?? ""), { code: "file_not_found" });
    }
    const again = await harness.client.batches.retry(first.id, { in_place: true });
    assert.equal(again.id, first.id);
    const last = await harness.client.batches.wait(first.id);
    assert.deepEqual(last.request_counts, ended.request_counts);
    await check(last);
    const { data } = await harness.client.batches.list({ limit: 100 });
    assert.equal(
      data.filter(({ bullpen }) => bullpen.retry_of === first.id).length,
      0,
      "no list shows a retry in place",
    );
  },
);

test(
  verifies(["batch-retry"], "results of a retry in place come up to the first line that is still to run"),
  async () => {
    const lines = ["fine a", "hang b", "fine c"].map((question, i) => batchLine(`line-${i}`, question));
    isWell = false;
    const { id: input } = await harness.client.files.upload(lines.join("\n"));
    const { id } = await harness.client.batches.create({ input_file_id: input });
    await until("two lines wait for the third", () => (asked.get("hang b") ?? 0) > 0);
    await until("the others are answered", () => asked.has("fine a") && asked.has("fine c"));
    await harness.client.batches.cancel(id);
    await harness.client.batches.wait(id);
    await harness.client.batches.retry(id, { codes: ["batch_cancelled"], in_place: true });
    await until("the line runs again", () => asked.get("hang b") === 2);
    const seen = await harness.client.batches.resultPage(id, { limit: 10 });
    assert.deepEqual(
      seen.map(({ custom_id }) => custom_id),
      ["line-0"],
    );
    const { request_counts, status } = await harness.client.batches.get(id);
    assert.deepEqual([status, request_counts], ["in_progress", { total: 3, completed: 2, failed: 0 }]);
    await assert.rejects(harness.client.batches.retry(id), { code: "not_finished" });
    await harness.client.batches.cancel(id);
    const ended = await harness.client.batches.wait(id);
    assert.equal(ended.status, "cancelled");
    assert.deepEqual(ended.request_counts, { total: 3, completed: 2, failed: 1 });
    await check(ended);
  },
);

test("what cannot be run again is refused by name", async () => {
  isWell = true;
  const { id: input } = await harness.client.files.upload(batchLine("a", "fine alone"));
  const { id } = await harness.client.batches.create({ input_file_id: input });
  await harness.client.batches.wait(id);
  const { retry } = harness.client.batches;
  const refused = (body: Parameters<typeof retry>[1], code: string, batch = id) =>
    assert.rejects(harness.client.batches.retry(batch, body), { code });
  await refused({}, "nothing_to_retry");
  await refused({ in_place: true, metadata: { a: "b" } }, "invalid_request");
  await refused({ codes: [] }, "invalid_request");
  const failed = await run(inputOf("refused"));
  await assert.rejects(harness.client.batches.retry(failed.id, { codes: ["no_progress"] }), {
    code: "nothing_to_retry",
    message: /The failed lines have: context_exceeded, invalid_request/,
  });
  await harness.client.files.delete(failed.input_file_id);
  await assert.rejects(harness.client.batches.retry(failed.id), {
    code: "file_not_found",
    message: /input file/,
  });
  const bad = await harness.client.files.upload("{not json");
  const rejected = await harness.client.batches.create({ input_file_id: bad.id });
  await harness.client.batches.wait(rejected.id);
  await refused({}, "nothing_to_retry", rejected.id);
});

test(verifies(["post-idempotent"], "a retry that is asked for again runs once"), async () => {
  const batch = await run(inputOf("twice"));
  isWell = true;
  for (const body of [{}, { in_place: true }]) {
    const options = { idempotencyKey: `retry ${Object.keys(body)} of ${batch.id}` };
    const send = () => harness.client.batches.retry(batch.id, body, options);
    const ids = new Set((await Promise.all([send(), send(), send()])).map(({ id }) => id));
    assert.equal(ids.size, 1);
    await harness.client.batches.wait([...ids][0] ?? "");
    assert.equal((await send()).id, [...ids][0]);
    assert.equal((await harness.client.batches.get([...ids][0] ?? "")).status, "completed");
  }
  assert.equal(asked.get("context twice 0"), 3);
});

test("batches that pass a filter are retried, so many at a time, each once", async () => {
  const { batches } = harness.client;
  const made = Math.floor(Date.now() / 1_000);
  const ids: string[] = [];
  for (const name of ["a", "b", "c"]) {
    isWell = false;
    const { id } = await harness.client.files.upload(inputOf(`filter ${name}`));
    const { id: batch } = await batches.create({ input_file_id: id, metadata: { run: "filtered", name } });
    assert.equal((await batches.wait(batch)).status, "completed");
    ids.push(batch);
  }
  isWell = true;
  const filter = { metadata: { run: "filtered" }, created_after: made, status: "completed" as const };
  const request = { filter, codes: ["context_exceeded"], limit: 2 };
  const none = await batches.retryAll({ filter, codes: ["worker_lost"] });
  assert.deepEqual(
    [none.data, none.has_more, none.skipped],
    [[], false, []],
    "no line failed with this code",
  );
  assert.deepEqual((await batches.retryAll({ filter: { ...filter, status: "expired" } })).data, []);
  assert.deepEqual(
    (
      await batches.retryAll({
        filter: { ...filter, created_before: made + 86_400, created_after: made + 3_600 },
      })
    ).data,
    [],
  );
  const first = await batches.retryAll(request);
  assert.deepEqual(
    first.data.map(({ bullpen }) => bullpen.retry_of),
    [ids[2], ids[1]],
  );
  assert.equal(first.has_more, true);
  const second = await batches.retryAll({ ...request, after: first.last_id ?? "" });
  assert.deepEqual(
    second.data.map(({ bullpen }) => bullpen.retry_of),
    [ids[0]],
  );
  assert.equal(second.has_more, false);
  for (const { id } of [...first.data, ...second.data]) {
    const ended = await batches.wait(id);
    assert.deepEqual([ended.request_counts.completed, ended.request_counts.failed], [6, 0]);
  }
  assert.deepEqual((await batches.retryAll(request)).data, [], "none is retried twice");
});

test("batches are retried in place by a filter, and what cannot be is told", async () => {
  const { batches } = harness.client;
  const batch = await run(inputOf("in place"));
  isWell = true;
  const wanted = {
    filter: { metadata: { made: "by a test" } },
    in_place: true,
    codes: ["context_exceeded"],
    limit: 100,
  };
  const { data } = await batches.retryAll(wanted);
  assert.ok(data.some(({ id }) => id === batch.id));
  assert.equal((await batches.wait(batch.id)).request_counts.failed, 5, "lines that are refused stay so");
  const gone = await run(inputOf("gone"));
  await harness.client.files.delete(gone.input_file_id);
  const { skipped } = await batches.retryAll(wanted);
  assert.deepEqual(
    skipped.filter(({ batch_id }) => batch_id === gone.id).map(({ code }) => code),
    ["file_not_found"],
  );
  for (const [change, said] of [
    [{ filter: undefined }, /filter/],
    [{ filter: { status: "failed" } }, /filter\.status: must be completed, expired or cancelled/],
    [{ filter: { created_after: 9, created_before: 3 } }, /created_after before created_before/],
    [{ limit: 101 }, /limit/],
  ] as const)
    await assert.rejects(batches.retryAll({ ...wanted, ...change } as typeof wanted), said);
});
