import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack, StackApp } from "@bullpen/cli/stack/start-stack";
import { connectRedis } from "@bullpen/redis";
import OpenAI, { toFile } from "openai";
import { answerOf, batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
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
  readonly completed: number;
  readonly failed: number;
  /** Completed lines whose answer holds the right sum. */
  readonly right: number;
}

const VICTIMS = ["batcher", "worker", "tool-worker", "batcher", "api"] as const;
/** A batch of a few hundred lines takes about a minute. */
const MS_A_LINE = 2_000;

/**
 * Runs one batch on the demo model while its processes are killed and Redis is wiped, and checks that each
 * line is there once, in input order, that counts and files agree, and that a reader who follows the results
 * all along sees the same.
 */
export async function runBatchUnderFaults(options: BatchFaults): Promise<BatchFaultsResult> {
  const { lines, say = () => {} } = options;
  const stack = await startTestStack();
  try {
    const startedAt = Date.now();
    const client = new OpenAI({ baseURL: `${stack.apiUrl}/v1`, apiKey: "none", maxRetries: 10 });
    const id = await submit(client, lines);
    const deadlineMs = 120_000 + lines * MS_A_LINE;
    const following = new AbortController();
    const followed = follow(stack, id, following.signal);
    const faults = breakAlong(stack, client, id, options);
    const batch = await watch(client, id, deadlineMs, say);
    const done = await faults;
    const seen = await followed;
    following.abort();
    const result = await check(client, batch, lines, seen);
    return { ...result, ...done, seconds: (Date.now() - startedAt) / 1_000 };
  } finally {
    await stack.stop();
  }
}

function sumOf(line: number): { question: string; sum: number } {
  const [a, b] = [1_000 + line * 37, 200 + line * 11];
  return { question: `What is ${a} plus ${b}?`, sum: a + b };
}

async function submit(client: OpenAI, lines: number): Promise<string> {
  const text = Array.from({ length: lines }, (_, i) =>
    batchLine(`sum-${i}`, sumOf(i).question, { model: "demo" }),
  );
  const file = await client.files.create({
    file: await toFile(Buffer.from(text.join("\n")), "sums.jsonl"),
    purpose: "batch",
  });
  const created = { endpoint: "/v1/chat/completions", completion_window: "24h" } as const;
  return (await client.batches.create({ input_file_id: file.id, ...created })).id;
}

/** Polls the batch to its end; what it says of itself must hold at every moment. */
async function watch(
  client: OpenAI,
  id: string,
  deadlineMs: number,
  say: (line: string) => void,
): Promise<OpenAI.Batch> {
  let ended = 0;
  return until(
    `${id} ends`,
    async () => {
      const batch = await client.batches.retrieve(id);
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

/** Kills processes and wipes Redis as the batch goes on; each time waits for the next life. */
async function breakAlong(
  stack: Stack,
  client: OpenAI,
  id: string,
  { lines, kills, wipeAt, say = () => {} }: BatchFaults,
): Promise<{ kills: StackApp[]; wiped: boolean }> {
  const killed: StackApp[] = [];
  let wiped = false;
  const ended = async () => {
    const { request_counts, status } = await client.batches.retrieve(id);
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
    if (!wiped && after >= lines * wipeAt) {
      await wipe(stack);
      wiped = true;
      say("Redis has lost everything");
    }
    const app = VICTIMS[kill % VICTIMS.length] ?? "batcher";
    const { pid } = stack.process(app);
    if (pid === undefined) throw new Error(`${app} does not run`);
    process.kill(pid, "SIGKILL");
    killed.push(app);
    say(`killed the ${app}`);
    await until(`${app} runs again`, () => stack.process(app).pid !== pid, 60_000);
  }
  return { kills: killed, wiped };
}

async function wipe(stack: Stack): Promise<void> {
  const redis = await connectRedis({ url: stack.redisUrl, whenAway: "wait" });
  await redis.flushall();
  redis.disconnect();
}

/** Reads the results while they come, going on wherever the api's death or anything else cut it off. */
async function follow(stack: Stack, id: string, signal: AbortSignal): Promise<string[]> {
  const lines: string[] = [];
  while (!signal.aborted) {
    try {
      const url = `${stack.apiUrl}/v1/batches/${id}/results?after=${lines.length}`;
      const response = await fetch(url, { signal });
      let text = "";
      for await (const part of response.body ?? []) {
        text += Buffer.from(part).toString();
        const whole = text.lastIndexOf("\n") + 1;
        lines.push(...text.slice(0, whole).split("\n").slice(0, -1));
        text = text.slice(whole);
      }
      if (response.ok) return lines;
    } catch {
      await sleep(200); // cut off: the api is being killed
    }
  }
  return lines;
}

async function check(
  client: OpenAI,
  batch: OpenAI.Batch,
  lines: number,
  followed: readonly string[],
): Promise<Pick<BatchFaultsResult, "completed" | "failed" | "right">> {
  const read = async (id: string | null | undefined) =>
    id ? parseJsonl<ResultLine>(await (await client.files.content(id)).text()) : [];
  const [output, errors] = [await read(batch.output_file_id), await read(batch.error_file_id)];
  const indexes = (results: readonly ResultLine[]) =>
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
  const seen = parseJsonl<ResultLine>(followed.join("\n"));
  assert.deepEqual(indexes(seen), all, "who followed saw each line once, in input order");
  const byId = new Map([...output, ...errors].map((line) => [line.custom_id, line]));
  for (const line of seen) assert.deepEqual(line, byId.get(line.custom_id), "what was seen first is kept");
  const right = output.filter((line, i) =>
    answerOf(line)?.includes(String(sumOf(indexes(output)[i] ?? 0).sum)),
  );
  return { completed: output.length, failed: errors.length, right: right.length };
}
