import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { BullpenClient } from "@bullpen/client";
import { type BenchProcess, startBenchProcess } from "../harness/bench-process.js";
import { type FreshRedis, startFreshRedis } from "../harness/fresh-redis.js";
import { agentJob, MODEL } from "../harness/workload.js";

/** What one batch took. Times in seconds, sizes in MiB. */
export interface ScaleRound {
  readonly lines: number;
  readonly upload_s: number;
  readonly validation_s: number;
  readonly work_s: number;
  readonly finalizing_s: number;
  /** From the batch's creation to its end. */
  readonly total_s: number;
  readonly lines_per_second: number;
  readonly redis_peak_mib: number;
  readonly api_peak_mib: number;
  readonly batcher_peak_mib: number;
}

const LOOK_MS = 100;
/** A batch before the one that is measured: code gets compiled, scripts get loaded, as in any house that runs. */
const WARM_UP_LINES = 5_000;
const MIB = 2 ** 20;

/** One batch of `lines` questions through api, batcher and a worker whose model answers at once. */
export async function runScaleRound(lines: number, slots: number): Promise<ScaleRound> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-scale-"));
  const redis = await startFreshRedis();
  const env = { REDIS_URL: redis.url, DATA_DIR: join(folder, "data"), MODEL, LOG_LEVEL: "fatal" };
  const processes: BenchProcess[] = [];
  const start = async (...args: Parameters<typeof startBenchProcess>) => {
    const started = await startBenchProcess(...args);
    processes.push(started);
    return started;
  };
  try {
    await start("bench/dist/scale/instant-worker.js", { args: [redis.url, String(slots)] });
    const batcher = await start("apps/batcher/dist/main.js", { env });
    const api = await start("apps/api/dist/main.js", { env: { ...env, API_PORT: "0" } });
    const input = join(folder, "input.jsonl");
    await writeInput(input, WARM_UP_LINES);
    await measure({ api, batcher, redis }, input, WARM_UP_LINES);
    await writeInput(input, lines);
    return await measure({ api, batcher, redis }, input, lines);
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  parts: { api: BenchProcess; batcher: BenchProcess; redis: FreshRedis },
  input: string,
  lines: number,
): Promise<ScaleRound> {
  const { api, batcher, redis } = parts;
  const client = new BullpenClient({ url: api.url, maxAttempts: 1 });
  const seconds = () => performance.now() / 1_000;
  const uploadedFrom = seconds();
  const file = await client.files.upload(() => createReadStream(input));
  const createdAt = seconds();
  const { id } = await client.batches.create({ input_file_id: file.id });
  const reached = new Map<string, number>();
  let redisPeak = 0;
  for (;;) {
    const batch = await client.batches.get(id);
    if (!reached.has(batch.status)) reached.set(batch.status, seconds());
    redisPeak = Math.max(redisPeak, await usedMemory(redis));
    if (batch.status === "completed") break;
    if (batch.status === "failed") throw new Error(`the batch failed: ${JSON.stringify(batch.errors)}`);
    await sleep(LOOK_MS);
  }
  const endedAt = seconds();
  await checkOutput(client, id, lines);
  const startedAt = reached.get("in_progress") ?? createdAt;
  const finalizingAt = reached.get("finalizing") ?? endedAt;
  return {
    lines,
    upload_s: createdAt - uploadedFrom,
    validation_s: startedAt - createdAt,
    work_s: finalizingAt - startedAt,
    finalizing_s: endedAt - finalizingAt,
    total_s: endedAt - createdAt,
    lines_per_second: lines / (endedAt - createdAt),
    redis_peak_mib: redisPeak / MIB,
    api_peak_mib: (await api.peakMemory()) / MIB,
    batcher_peak_mib: (await batcher.peakMemory()) / MIB,
  };
}

async function usedMemory({ connection }: FreshRedis): Promise<number> {
  return Number(/used_memory_peak:(\d+)/.exec(await connection.info("memory"))?.[1] ?? 0);
}

async function writeInput(path: string, lines: number): Promise<void> {
  function* text() {
    for (let i = 0; i < lines; i++) {
      const body = { model: MODEL, messages: [{ role: "user", content: agentJob(i).query }] };
      const line = { custom_id: `question-${i}`, method: "POST", url: "/v1/chat/completions", body };
      yield `${JSON.stringify(line)}\n`;
    }
  }
  await pipeline(Readable.from(text()), createWriteStream(path));
}

/** Every line once, in input order: a fast batch that loses lines is worth nothing. */
async function checkOutput(client: BullpenClient, id: string, lines: number): Promise<void> {
  const { output_file_id } = await client.batches.get(id);
  const content = await client.files.content(output_file_id ?? "");
  let count = 0;
  for await (const line of createInterface({ input: Readable.from(content) })) {
    if (!line.includes(`"custom_id":"question-${count}"`)) throw new Error(`line ${count} is ${line}`);
    count++;
  }
  if (count !== lines) throw new Error(`the output has ${count} of ${lines} lines`);
}
