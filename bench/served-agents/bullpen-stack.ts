import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { BullpenClient } from "@bullpen/client";
import { z } from "zod";
import type { ArithmeticQuery } from "../agents/arithmetic-queries.js";
import { type BenchProcess, startBenchProcess } from "../harness/bench-process.js";
import { startFreshRedis } from "../harness/fresh-redis.js";
import { MODEL } from "../harness/workload.js";

/** What answered a set of queries took. */
export interface BatchRound {
  /** From the upload of the questions to the batch's end, all results written. */
  readonly seconds: number;
  /** When the first and the last of the queries were worked on, from the same start. */
  readonly begun_s: number;
  readonly worked_s: number;
  readonly right: number;
  readonly failed: number;
  readonly turns: number;
  /** Generated. */
  readonly tokens: number;
  /** CPU time over time, by process. */
  readonly cores: Readonly<Record<string, number>>;
}

/** Bullpen as it is installed: Redis, api, batcher, tool-worker and worker, a process each. */
export interface BullpenStack {
  readonly worker: BenchProcess;
  /** @param onProgress called with the number of ended queries, some times a second. */
  answer(queries: readonly ArithmeticQuery[], onProgress?: (ended: number) => void): Promise<BatchRound>;
  stop(): Promise<void>;
}

const POLL_MS = 50;
/** Programs side by side: the cores of a GPU machine are there for them. */
const CALCULATOR_CONCURRENCY = "4";

/** @param workerEnv what names the engine: `LLM_BASE_URL`, or `ENGINE` and what it needs. */
export async function startBullpenStack(
  workerEnv: Readonly<Record<string, string>>,
  maxTokens: number,
): Promise<BullpenStack> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-served-"));
  const redis = await startFreshRedis();
  const env = { REDIS_URL: redis.url, DATA_DIR: join(folder, "data"), MODEL, LOG_LEVEL: "error" };
  const processes = new Map<string, BenchProcess>();
  const start = async (name: string, more: Readonly<Record<string, string>>) => {
    const started = await startBenchProcess(`apps/${name}/dist/main.js`, { env: { ...env, ...more } });
    processes.set(name, started);
    return started;
  };
  const stop = async () => {
    await Promise.all([...processes.values()].map((process) => process.stop()));
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start("tool-worker", { CALCULATOR_CONCURRENCY });
    await start("batcher", {});
    const api = await start("api", { API_PORT: "0" });
    const worker = await start("worker", { MODEL_NAME: MODEL, WORKER_PORT: "0", ...workerEnv });
    const client = new BullpenClient({ url: api.url, maxAttempts: 1 });
    const pids = [...processes].map(([name, { pid }]) => [name, pid] as const);
    return {
      worker,
      stop,
      answer: (queries, onProgress) =>
        answer(client, { queries, maxTokens, onProgress: onProgress ?? (() => {}), pids, worker }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Answering {
  readonly queries: readonly ArithmeticQuery[];
  readonly maxTokens: number;
  readonly onProgress: (ended: number) => void;
  readonly pids: readonly (readonly [name: string, pid: number])[];
  readonly worker: BenchProcess;
}

async function answer(client: BullpenClient, options: Answering): Promise<BatchRound> {
  const { queries, maxTokens, pids, worker, onProgress } = options;
  const lines = queries.map(({ text }, index) => {
    const body = { model: MODEL, messages: [{ role: "user", content: text }], max_tokens: maxTokens };
    return JSON.stringify({ custom_id: String(index), method: "POST", url: "/v1/chat/completions", body });
  });
  const before = await cpuOf(pids);
  const turnsBefore = await turnsOf(worker);
  const startedAt = performance.now();
  const file = await client.files.upload(lines.join("\n"), { filename: "queries.jsonl" });
  const { id } = await client.batches.create({ input_file_id: file.id });
  let batch = await client.batches.get(id);
  const reached = new Map<string, number>();
  while (batch.status !== "completed") {
    if (!reached.has(batch.status)) reached.set(batch.status, (performance.now() - startedAt) / 1_000);
    if (batch.status === "failed") throw new Error(`the batch failed: ${JSON.stringify(batch.errors)}`);
    await sleep(POLL_MS);
    batch = await client.batches.get(id);
    onProgress(batch.request_counts.completed + batch.request_counts.failed);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = await cpuOf(pids);
  const cores = Object.fromEntries(
    pids.map(([name], index) => [name, ((after[index] ?? 0) - (before[index] ?? 0)) / seconds]),
  );
  if (batch.error_file_id !== null) console.error(await firstLine(client, batch.error_file_id));
  return {
    ...{ seconds, cores },
    begun_s: reached.get("in_progress") ?? seconds,
    worked_s: reached.get("finalizing") ?? seconds,
    turns: (await turnsOf(worker)) - turnsBefore,
    tokens: batch.usage.output_tokens,
    failed: batch.request_counts.failed,
    right: batch.output_file_id === null ? 0 : await countRight(client, batch.output_file_id, queries),
  };
}

const lineSchema = z.object({
  custom_id: z.string(),
  response: z.object({
    body: z.object({
      choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })),
    }),
  }),
});

/** Answers that state the right number. */
async function countRight(
  client: BullpenClient,
  id: string,
  queries: readonly ArithmeticQuery[],
): Promise<number> {
  const content = await client.files.content(id);
  let right = 0;
  for await (const text of createInterface({ input: Readable.from(content) })) {
    const { custom_id, response } = lineSchema.parse(JSON.parse(text));
    const answered = response.body.choices[0]?.message.content ?? "";
    if (answered.includes(String(queries[Number(custom_id)]?.answer))) right++;
  }
  return right;
}

/** Of a file of lines that failed: why they did. */
async function firstLine(client: BullpenClient, id: string): Promise<string> {
  for await (const line of createInterface({ input: Readable.from(await client.files.content(id)) })) {
    return line;
  }
  return "";
}

/** Turns that a worker has run, as its metrics count them. */
async function turnsOf({ url }: BenchProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^bullpen_turn_seconds_count\S* (\d+)/m.exec(metrics)?.[1] ?? 0);
}

/** CPU seconds of each process, all its threads included. Linux counts it in hundredths of a second. */
async function cpuOf(pids: readonly (readonly [name: string, pid: number])[]): Promise<number[]> {
  return Promise.all(pids.map(async ([, pid]) => cpuSecondsOf(pid)));
}

async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The processes that a process started and that are there, and those that they started. */
export async function descendantsOf(pid: number): Promise<{ pid: number; command: string }[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    ids.map(async (id) => {
      const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
      const command = await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      return { pid: Number(id), parent, command: command.replaceAll("\0", " ") };
    }),
  );
  const below = (parent: number): typeof all =>
    all.filter((found) => found.parent === parent).flatMap((found) => [found, ...below(found.pid)]);
  return below(pid);
}
