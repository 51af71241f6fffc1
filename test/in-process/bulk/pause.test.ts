import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { deferred } from "@bullpen/base";
import type { BatchView } from "@bullpen/client";
import { verifies } from "../../source-checks/requirements/requirements.js";
import { finalAnswer } from "../../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../../testing/batch-harness.js";
import { batchLine } from "../../testing/batch-lines.js";
import { until } from "../../testing/until.js";

let harness: BatchHarness;
/** The questions in the order in which they were asked. */
const asked: string[] = [];
/** Lets the model answer; each question waits for its turn. */
let gate = closedGate();

before(async () => {
  harness = await startBatchHarness({
    script: async ({ messages }) => {
      const question = messages.at(-1)?.content ?? "";
      asked.push(question);
      if (question.startsWith("gated")) await gate.opened;
      return finalAnswer(question);
    },
    slots: 4,
  });
});
after(() => harness.stop());

function closedGate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = deferred<void>();
  return { opened: promise, open: () => resolve() };
}

/** Queries that wait in the queue. */
async function waiting(): Promise<number> {
  return (await harness.client.queues.list()).reduce((sum, { queued }) => sum + queued, 0);
}

async function start(name: string, lines: number, options: object = {}): Promise<string> {
  const text = Array.from({ length: lines }, (_, i) => batchLine(`line-${i}`, `${name} ${i}`)).join("\n");
  const { id } = await harness.client.files.upload(text);
  return (await harness.client.batches.create({ input_file_id: id, ...options })).id;
}

function askedOf(name: string): string[] {
  return asked.filter((question) => question.startsWith(`${name} `));
}

async function hasLeftRedis(id: string): Promise<boolean> {
  const { connection } = harness.agents.redis;
  const keys = await connection.keys(`*${id}*`);
  return keys.filter((key) => !key.includes("batch-priority")).length === 0;
}

async function checkResults(batch: BatchView, lines: number): Promise<void> {
  assert.deepEqual(batch.request_counts, { total: lines, completed: lines, failed: 0 });
  const ids: string[] = [];
  for await (const line of harness.client.batches.results(batch.id)) ids.push(line.custom_id);
  assert.deepEqual(
    ids,
    Array.from({ length: lines }, (_, i) => `line-${i}`),
  );
}

test(
  verifies(
    ["batch-pause"],
    "a paused batch begins no line, leaves Redis, and goes on where it was: each line runs once",
  ),
  async () => {
    gate = closedGate();
    const id = await start("gated", 60);
    await until("four lines have begun", () => askedOf("gated").length === 4);
    const paused = await harness.client.batches.pause(id);
    assert.equal(paused.status, "in_progress");
    assert.ok(paused.bullpen.paused_at);
    await until("the others have left the queue", async () => (await waiting()) === 0);
    gate.open();
    await until("the batch has left Redis", () => hasLeftRedis(id));
    assert.equal(askedOf("gated").length, 4);
    // Neither a loss of Redis nor another batcher makes it go on, and what was answered is kept.
    await harness.agents.redis.connection.flushall();
    await harness.stopBatcher();
    await harness.startBatcher();
    await sleep(1_200);
    assert.ok(await hasLeftRedis(id));
    await harness.client.batches.resume(id);
    const ended = await harness.client.batches.wait(id);
    await checkResults(ended, 60);
    assert.equal(askedOf("gated").length, 60);
    assert.equal(ended.bullpen.paused_at, null);
    assert.equal(new Set(askedOf("gated")).size, 60);
  },
);

test(
  verifies(["batch-pause"], "a batch that is resumed before its lines have ended goes on at once"),
  async () => {
    gate = closedGate();
    const id = await start("gated again", 40);
    await until("four lines have begun", () => askedOf("gated again").length === 4);
    await harness.client.batches.pause(id);
    await until("the others have left the queue", async () => (await waiting()) === 0);
    await harness.client.batches.resume(id);
    await until("they are back, while the four still run", async () => (await waiting()) === 36);
    gate.open();
    await checkResults(await harness.client.batches.wait(id), 40);
    assert.equal(askedOf("gated again").length, 40);
  },
);

test(verifies(["batch-pause"], "a paused batch can be cancelled, and keeps what was answered"), async () => {
  gate = closedGate();
  const id = await start("gated end", 30);
  await until("four lines have begun", () => askedOf("gated end").length === 4);
  await harness.client.batches.pause(id);
  await until("the others have left the queue", async () => (await waiting()) === 0);
  gate.open();
  await until("the batch has left Redis", () => hasLeftRedis(id));
  await harness.client.batches.cancel(id);
  const { status, request_counts } = await harness.client.batches.wait(id);
  assert.equal(status, "cancelled");
  assert.equal(request_counts.completed + request_counts.failed, 30);
  assert.equal(request_counts.completed, askedOf("gated end").length);
  await assert.rejects(harness.client.batches.pause(id), { code: "already_finished" });
});

test("the time of a pause does not count towards the window of 24 hours", async () => {
  gate = closedGate();
  const id = await start("gated window", 8);
  await until("lines have begun", () => askedOf("gated window").length > 0);
  const before = await harness.client.batches.pause(id);
  await sleep(2_100);
  const { expires_at } = await harness.client.batches.resume(id);
  assert.ok(expires_at >= before.expires_at + 2);
  gate.open();
  await harness.client.batches.wait(id);
});

test(verifies(["batch-pause"], "batches are paused, resumed and changed by their notes"), async () => {
  gate = closedGate();
  const ids: string[] = [];
  for (const project of ["a", "a", "b"])
    ids.push(await start(`gated bulk ${project}`, 3, { metadata: { project } }));
  const [one = "", two = "", other = ""] = ids;
  const filter = { metadata: { project: "a" } };
  const changed = await harness.client.batches.changeAll({ operation: "pause", filter });
  assert.deepEqual(changed.map(({ id }) => id).sort(), [one, two].sort());
  const isPaused = async (id: string) => (await harness.client.batches.get(id)).bullpen.paused_at !== null;
  assert.deepEqual(await Promise.all([one, two, other].map(isPaused)), [true, true, false]);
  const all = { operation: "update", filter: {}, bullpen: { priority: 7 } } as const;
  assert.equal((await harness.client.batches.changeAll(all)).length, 3);
  assert.equal((await harness.client.batches.get(other)).bullpen.priority, 7);
  await harness.client.batches.changeAll({ operation: "resume", filter: { paused: true } });
  assert.equal(await isPaused(one), false);
  gate.open();
  for (const id of ids) await harness.client.batches.wait(id);
  const { changeAll } = harness.client.batches;
  const refused = (body: Parameters<typeof changeAll>[0], param: string) =>
    assert.rejects(harness.client.batches.changeAll(body), { code: "invalid_request", param });
  await refused({ operation: "update", filter: {} }, "bullpen");
  await refused({ operation: "pause", filter: {}, bullpen: { priority: 7 } }, "bullpen");
  await refused({ operation: "update", filter: {}, bullpen: { priority: 101 } }, "bullpen.priority");
  assert.deepEqual(await harness.client.batches.changeAll({ operation: "pause", filter: {} }), []);
});

test(verifies(["batch-priority"], "lines that wait already get the places of a new priority"), async () => {
  gate = closedGate();
  const first = await start("gated first", 60);
  await until("its lines wait", async () => (await waiting()) === 56);
  const second = await start("late second", 40);
  await until("all lines wait", async () => (await waiting()) === 96);
  const before = await placesOf("gated first");
  await harness.client.batches.update(first, { bullpen: { priority: 1 } });
  const updated = await harness.client.batches.update(second, { bullpen: { priority: 100 } });
  assert.equal(updated.bullpen.priority, 100);
  await until("the lines of the first batch have later places", async () => {
    const now = await placesOf("gated first");
    return [...now].every(([line, place]) => line < 10 || place > (before.get(line) ?? 0) + 50);
  });
  gate.open();
  await harness.client.batches.wait(first);
  await harness.client.batches.wait(second);
  const order = asked.filter((question) => /^(gated first|late second) /.test(question)).slice(4);
  const lateOnes = order.slice(0, 40).filter((question) => question.startsWith("late")).length;
  assert.ok(lateOnes >= 30, `${lateOnes} of the first 40 turns were of the batch of priority 100`);
  await assert.rejects(harness.client.batches.update(first, { bullpen: { priority: 5 } }), {
    code: "already_finished",
  });
});

/** The places of a batch's waiting lines, by their numbers. */
async function placesOf(name: string): Promise<Map<number, number>> {
  const { connection } = harness.agents.redis;
  const queue = "{bullpen}:agent.scripted";
  const places = new Map<number, number>();
  for (const id of await connection.zrange(`${queue}:prioritized`, "0", "-1")) {
    const [job = "", priority] = await connection.hmget(`${queue}:${id}`, "name", "priority");
    if (job?.startsWith(`${name} `)) places.set(Number(job.slice(name.length)), Number(priority));
  }
  return places;
}
