import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack, StackApp } from "@bullpen/cli/stack/start-stack";
import { answerOf, type BatchResult, type BatchView, BullpenClient } from "@bullpen/client";
import { connectRedis } from "@bullpen/redis";
import { manifestSchema } from "@bullpen/storage";
import { batchLine, parseJsonl } from "../testing/batch-lines.js";
import { startTestStack } from "../testing/stack.js";
import { until } from "../testing/until.js";

export interface BatchFaults {
  readonly lines: number;
  /** Processes that are killed, one after the other, evenly along the batch. */
  readonly kills: number;
  /** Where among the kills Redis loses everything, as a share of the lines. */
  readonly wipeAt: number;
  readonly say?: (line: string) => void;
}

export interface BatchFaultsResult {
  readonly seconds: number;
  readonly kills: readonly StackApp[];
  readonly wiped: boolean;
  /** How the batch was held while a process was killed. */
  readonly held: readonly string[];
  readonly completed: number;
  readonly failed: number;
  /** Completed lines whose answer holds the right sum. */
  readonly right: number;
}

const VICTIMS = ["batcher", "worker", "tool-worker", "batcher", "api"] as const;
/** A batch of a few hundred lines takes about a minute. */
const MS_A_LINE = 2_000;
/** Lines of the batch that runs again in place. */
const RETRIED_LINES = 12;
/** Lines of the batch whose window passes: more than the model answers before it is paused. */
const WINDOW_LINES = 40;

/**
 * Runs one batch on the demo model while its processes are killed and Redis is wiped, and checks that each
 * line is there once, in input order, that counts and files agree, and that a reader who follows the results
 * all along sees the same.
 */
export async function runBatchUnderFaults(options: BatchFaults): Promise<BatchFaultsResult> {
  const { lines, say = () => {} } = options;
  const dataDir = await mkdtemp(join(tmpdir(), "bullpen-data-"));
  const stack = await startTestStack({ DATA_DIR: dataDir });
  try {
    const startedAt = Date.now();
    const client = new BullpenClient({ url: stack.apiUrl });
    const id = await submit(client, lines);
    const deadlineMs = 120_000 + lines * MS_A_LINE;
    const [batch, done, seen] = await Promise.all([
      watch(client, id, deadlineMs, say),
      breakAlong(stack, client, id, options),
      follow(client, id),
    ]);
    const result = await check(client, batch, lines, seen);
    await retryUnderFaults(stack, client, say);
    await windowUnderFaults(stack, client, { dataDir, say });
    return { ...result, ...done, seconds: (Date.now() - startedAt) / 1_000 };
  } finally {
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function sumOf(line: number): { question: string; sum: number } {
  const [a, b] = [1_000 + line * 37, 200 + line * 11];
  return { question: `What is ${a} plus ${b}?`, sum: a + b };
}

async function submit(client: BullpenClient, lines: number, completion_window = "24h"): Promise<string> {
  const text = Array.from({ length: lines }, (_, i) =>
    batchLine(`sum-${i}`, sumOf(i).question, { model: "demo" }),
  );
  const { id } = await client.files.upload(text.join("\n"), { filename: "sums.jsonl" });
  return (await client.batches.create({ input_file_id: id, completion_window })).id;
}

/** Polls the batch to its end; what it says of itself must hold at every moment. */
async function watch(
  client: BullpenClient,
  id: string,
  deadlineMs: number,
  say: (line: string) => void,
): Promise<BatchView> {
  let ended = 0;
  return until(
    `${id} ends`,
    async () => {
      const batch = await client.batches.get(id);
      const { total = 0, completed = 0, failed = 0 } = batch.request_counts ?? {};
      assert.ok(completed + failed >= ended, "counts never go back");
      assert.ok(completed + failed <= total, "no more lines than there are");
      if (completed + failed > ended) say(`${completed + failed} of ${total}`);
      ended = completed + failed;
      await sleep(200);
      return batch.status === "completed" && batch;
    },
    deadlineMs,
  );
}

/** Kills processes and wipes Redis as the batch goes on, also while it is held; each time waits for the next life. */
async function breakAlong(
  stack: Stack,
  client: BullpenClient,
  id: string,
  { lines, kills, wipeAt, say = () => {} }: BatchFaults,
): Promise<{ kills: StackApp[]; wiped: boolean; held: string[] }> {
  const killed: StackApp[] = [];
  const held: string[] = [];
  let wiped = false;
  const ended = async () => {
    const { request_counts, status } = await client.batches.get(id);
    if (status === "completed") return Number.POSITIVE_INFINITY;
    return (request_counts?.completed ?? 0) + (request_counts?.failed ?? 0);
  };
  for (let kill = 0; kill < kills; kill++) {
    const after = Math.floor((lines * (kill + 0.5)) / (kills + 1));
    await until(
      `${after} lines have ended`,
      async () => (await ended()) >= after,
      60_000 + lines * MS_A_LINE,
    );
    const hold = HOLDS[kill % HOLDS.length];
    const release = (await ended()) < lines ? await hold?.(client, id) : undefined;
    if (!wiped && after >= lines * wipeAt) {
      await wipe(stack);
      wiped = true;
      say("Redis has lost everything");
    }
    killed.push(await killOne(stack, VICTIMS[kill % VICTIMS.length] ?? "batcher", say));
    if (!release) continue;
    held.push(await release());
    say(`${held.at(-1)} while the batch was held`);
  }
  return { kills: killed, wiped, held };
}

/** Holds a batch. What it returns checks that it is still held, and lets it go on. */
type Hold = (client: BullpenClient, id: string) => Promise<() => Promise<string>>;

const paused: Hold = async (client, id) => {
  await client.batches.pause(id);
  return async () => {
    const { bullpen } = await client.batches.get(id);
    assert.ok(bullpen.paused_at, "it is still paused");
    await client.batches.resume(id);
    return "paused";
  };
};

const outOfBudget: Hold = async (client, id) => {
  const { usage } = await client.batches.get(id);
  await client.batches.update(id, { bullpen: { max_total_tokens: Math.max(usage.total_tokens, 1) } });
  const isExhausted = async () => (await client.batches.get(id)).bullpen.budget_exhausted_at !== null;
  await until("the budget is used", isExhausted, 60_000);
  return async () => {
    const { errors } = await client.batches.get(id);
    assert.equal(errors?.data[0]?.code, "budget_exhausted", "its budget is still used");
    await client.batches.update(id, { bullpen: { max_total_tokens: 1_000_000_000 } });
    return "out of budget";
  };
};

/** By the number of the kill: the third and the fourth of five hit a batch that is held. */
const HOLDS: readonly (Hold | undefined)[] = [undefined, undefined, paused, outOfBudget, undefined];

async function killOne(stack: Stack, app: StackApp, say: (line: string) => void): Promise<StackApp> {
  const { pid } = stack.process(app);
  if (pid === undefined) throw new Error(`${app} does not run`);
  process.kill(pid, "SIGKILL");
  say(`killed the ${app}`);
  await until(`${app} runs again`, () => stack.process(app).pid !== pid, 60_000);
  return app;
}

/** A batch that is cancelled early and whose lines then run again in place, while processes are killed. */
async function retryUnderFaults(
  stack: Stack,
  client: BullpenClient,
  say: (line: string) => void,
): Promise<void> {
  const id = await submit(client, RETRIED_LINES);
  await client.batches.pause(id); // before the model answers them all
  await until("it begins", async () => (await client.batches.get(id)).status === "in_progress", 60_000);
  await client.batches.cancel(id);
  const { request_counts } = await client.batches.wait(id);
  assert.equal(request_counts.completed + request_counts.failed, RETRIED_LINES);
  assert.ok(request_counts.failed > 0, "some are left to run");
  await client.batches.retry(id, { in_place: true });
  await killOne(stack, "batcher", say);
  await wipe(stack);
  await killOne(stack, "api", say);
  const batch = await client.batches.wait(id);
  assert.equal(batch.status, "completed");
  await check(client, batch, RETRIED_LINES, await follow(client, id));
  say(`${request_counts.failed} lines ran again in place`);
}

/** A batch whose window of an hour passes while it is worked on, and processes are killed. */
async function windowUnderFaults(
  stack: Stack,
  client: BullpenClient,
  { dataDir, say }: { readonly dataDir: string; readonly say: (line: string) => void },
): Promise<void> {
  const id = await submit(client, WINDOW_LINES, "1h");
  const before = await client.batches.get(id);
  assert.equal(before.expires_at - before.created_at, 3_600);
  await until(
    "some lines end",
    async () => {
      const { completed = 0 } = (await client.batches.get(id)).request_counts;
      return completed > 0;
    },
    120_000,
  );
  await client.batches.pause(id);
  // No test waits for an hour: the batch is told that it began an hour ago.
  const path = join(dataDir, "batches/default", id, "manifest.json");
  const manifest = manifestSchema.parse(JSON.parse(await readFile(path, "utf8")));
  await writeFile(path, JSON.stringify({ ...manifest, expires_at: manifest.expires_at - 3_600_000 }));
  await killOne(stack, "batcher", say);
  await wipe(stack);
  await client.batches.resume(id);
  await killOne(stack, "worker", say);
  const batch = await client.batches.wait(id);
  assert.equal(batch.status, "expired");
  const seen = await follow(client, id);
  const { completed, failed } = await check(client, batch, WINDOW_LINES, seen);
  assert.ok(completed > 0, "what was answered in time is kept");
  const expired = seen.filter(({ error }) => error?.code === "batch_expired").length;
  assert.ok(expired > 0 && expired <= failed, `${expired} of ${failed} lines expired`);
  say(`${completed} lines were answered within the window, ${expired} expired`);
}

async function wipe(stack: Stack): Promise<void> {
  const redis = await connectRedis({ url: stack.redisUrl, whenAway: "wait" });
  await redis.flushall();
  redis.disconnect();
}

/** Reads the results while they come; the client goes on where the api's death cuts it off. */
async function follow(client: BullpenClient, id: string): Promise<BatchResult[]> {
  const lines: BatchResult[] = [];
  for await (const line of client.batches.results(id)) lines.push(line);
  return lines;
}

async function check(
  client: BullpenClient,
  batch: BatchView,
  lines: number,
  seen: readonly BatchResult[],
): Promise<Pick<BatchFaultsResult, "completed" | "failed" | "right">> {
  const read = async (id: string | null | undefined) =>
    id ? parseJsonl<BatchResult>(await client.files.text(id)) : [];
  const [output, errors] = [await read(batch.output_file_id), await read(batch.error_file_id)];
  const indexes = (results: readonly BatchResult[]) =>
    results.map((line) => Number(line.custom_id.slice("sum-".length)));
  for (const file of [output, errors]) {
    assert.deepEqual(
      indexes(file),
      indexes(file).toSorted((a, b) => a - b),
      "files are in input order",
    );
  }
  const all = Array.from({ length: lines }, (_, i) => i);
  assert.deepEqual(
    [...indexes(output), ...indexes(errors)].sort((a, b) => a - b),
    all,
    "each line once",
  );
  assert.deepEqual(batch.request_counts, { total: lines, completed: output.length, failed: errors.length });
  assert.deepEqual(indexes(seen), all, "who followed saw each line once, in input order");
  const byId = new Map([...output, ...errors].map((line) => [line.custom_id, line]));
  for (const line of seen) assert.deepEqual(line, byId.get(line.custom_id), "what was seen first is kept");
  const right = output.filter((line, i) =>
    answerOf(line)?.includes(String(sumOf(indexes(output)[i] ?? 0).sum)),
  );
  return { completed: output.length, failed: errors.length, right: right.length };
}
