import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BullpenClient } from "@bullpen/client";
import { type BenchProcess, startBenchProcess } from "../harness/bench-process.js";
import { startFreshRedis } from "../harness/fresh-redis.js";
import { printTable } from "../harness/print-table.js";
import { roundAll, showSpread, spreadOf } from "../harness/statistics.js";
import { agentJob, MODEL } from "../harness/workload.js";
import { describeMachine, writeResults } from "../harness/write-results.js";

/** How much longer than alone a small batch may take behind a large one. */
const MOST_WAIT = 3;
const SMALL_LINES = 10;
/** Time of one turn of the model: long beside what the machine's other work adds. */
const TURN_MS = 200;
/** Chat calls, one after the other; their median counts. */
const CHATS = 9;
/** Lines of the large batch that have ended when the others come. */
const UNDER_WAY = 200;

export interface BatchFairnessOptions {
  /** Lines of the large batch. */
  readonly lines: number;
  readonly rounds: number;
  readonly concurrency: number;
}

interface Latencies {
  readonly small_batch_s: number;
  readonly chat_s: number;
}

/** How long a small batch and a chat call take while a large batch runs, against alone. */
export async function runBatchFairnessBenchmark(options: BatchFairnessOptions): Promise<boolean> {
  const rounds: { alone: Latencies; behind: Latencies }[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    const alone = await measure(0, options.concurrency);
    const behind = await measure(options.lines, options.concurrency);
    rounds.push({ alone, behind });
    console.error(`round ${round}/${options.rounds}: ${JSON.stringify({ alone, behind })}`);
  }
  const summary = {
    small_alone_s: spreadOf(rounds.map(({ alone }) => alone.small_batch_s)),
    small_behind_s: spreadOf(rounds.map(({ behind }) => behind.small_batch_s)),
    small_times: spreadOf(rounds.map(({ alone, behind }) => behind.small_batch_s / alone.small_batch_s)),
    chat_alone_s: spreadOf(rounds.map(({ alone }) => alone.chat_s)),
    chat_behind_s: spreadOf(rounds.map(({ behind }) => behind.chat_s)),
    chat_waits_turns: spreadOf(
      rounds.map(({ alone, behind }) => ((behind.chat_s - alone.chat_s) * 1_000) / TURN_MS),
    ),
  };
  console.log(
    `\n${SMALL_LINES} lines, and a chat call of one turn, behind a batch of ${options.lines} lines; ${TURN_MS} ms a turn, ${options.concurrency} slots; median (lowest–highest) of ${options.rounds} rounds\n`,
  );
  printTable(
    ["", "alone", "behind", ""],
    [
      [
        "small batch, s",
        showSpread(summary.small_alone_s, 2),
        showSpread(summary.small_behind_s, 2),
        `${showSpread(summary.small_times, 1)} times`,
      ],
      [
        "chat call, s",
        showSpread(summary.chat_alone_s, 2),
        showSpread(summary.chat_behind_s, 2),
        `waits ${showSpread(summary.chat_waits_turns, 2)} turns`,
      ],
    ],
  );
  await writeResults("batch-fairness", {
    ...(await describeMachine()),
    ...options,
    small_lines: SMALL_LINES,
    turn_ms: TURN_MS,
    allowed: { small_times: MOST_WAIT, chat_waits_turns: 1 },
    summary: Object.fromEntries(Object.entries(summary).map(([key, spread]) => [key, roundAll(spread)])),
  });
  return summary.small_times.median <= MOST_WAIT && summary.chat_waits_turns.median <= 1;
}

async function measure(largeLines: number, slots: number): Promise<Latencies> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-fairness-"));
  const redis = await startFreshRedis();
  const env = { REDIS_URL: redis.url, DATA_DIR: folder, MODEL, LOG_LEVEL: "fatal", API_PORT: "0" };
  const processes: BenchProcess[] = [];
  const start = async (path: string, args: readonly string[] = []) => {
    const started = await startBenchProcess(path, { args, env });
    processes.push(started);
    return started;
  };
  try {
    await start("bench/dist/scale/instant-worker.js", [redis.url, String(slots), String(TURN_MS)]);
    await start("apps/batcher/dist/main.js");
    const api = await start("apps/api/dist/main.js");
    const client = new BullpenClient({ url: api.url, maxAttempts: 1 });
    // Alone too: the first queries meet code that has not been compiled, which is no matter of fairness.
    const large = await submit(client, UNDER_WAY + largeLines, "large");
    await untilEnded(client, large, UNDER_WAY);
    const startedAt = performance.now();
    await untilEnded(client, await submit(client, SMALL_LINES, "small"), SMALL_LINES);
    const small_batch_s = (performance.now() - startedAt) / 1_000;
    return { small_batch_s, chat_s: await medianChat(client) };
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function submit(client: BullpenClient, lines: number, name: string): Promise<string> {
  const text = Array.from({ length: lines }, (_, i) => {
    const body = { model: MODEL, messages: [{ role: "user", content: agentJob(i).query }] };
    const line = { custom_id: `${name}-${i}`, method: "POST", url: "/v1/chat/completions", body };
    return JSON.stringify(line);
  });
  const { id } = await client.files.upload(text.join("\n"), { filename: `${name}.jsonl` });
  return (await client.batches.create({ input_file_id: id })).id;
}

async function untilEnded(client: BullpenClient, id: string, lines: number): Promise<void> {
  for (;;) {
    const { request_counts } = await client.batches.get(id);
    if (request_counts.completed >= lines) return;
    await sleep(20);
  }
}

async function medianChat(client: BullpenClient): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < CHATS; i++) {
    const startedAt = performance.now();
    await client.chat.complete({
      model: MODEL,
      messages: [{ role: "user", content: `Chat ${i}?` }],
    });
    seconds.push((performance.now() - startedAt) / 1_000);
  }
  return spreadOf(seconds).median;
}
