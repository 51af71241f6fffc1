import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AccessKeyStore, LocalStore } from "@bullpen/storage";
import { type BenchProcess, startBenchProcess } from "../harness/bench-process.js";
import { startFreshRedis } from "../harness/fresh-redis.js";
import { printTable } from "../harness/print-table.js";
import { describeMachine, writeResults } from "../harness/write-results.js";
import type { LoadResult } from "./send-load.js";

const SENDER = fileURLToPath(new URL("send-load.js", import.meta.url));

/** An abusive key sends at so many times its limit. */
const ABUSE = 10;
const ABUSER_PER_MINUTE = 6_000;

/** The part by which an abusive key may move the p99 of another. */
const MOST_SHIFT = 0.5;

/** Memory counts as flat when its last third is at most this much above its second. */
const MOST_GROWTH = 0.1;

/** What is measured before: compilers and caches get warm. */
const WARM_UP_SECONDS = 5;
const SAMPLE_MS = 500;

export interface LoadOptions {
  /** Requests a second. */
  readonly queries: number;
  /** Seconds. */
  readonly lines: number;
}

interface Phase extends LoadResult {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Resident memory of the api, in MiB, each half second. */
  readonly memory: readonly number[];
}

/** Polling and submitting at a fixed rate, alone and beside a key that sends ten times what it may. */
export async function runLoadBenchmark({ queries: rate, lines: seconds }: LoadOptions): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-bench-load-"));
  const redis = await startFreshRedis();
  const keys = new AccessKeyStore(await LocalStore.open(folder));
  const create = (tenant: string, limits = {}) =>
    keys.create({ tenant, role: "submit", name: tenant, limits });
  const [good, abusive] = [
    await create("good"),
    await create("abusive", { requests_per_minute: ABUSER_PER_MINUTE }),
  ];
  const env = { REDIS_URL: redis.url, DATA_DIR: folder, API_PORT: "0", LOG_LEVEL: "error" };
  const api = await startBenchProcess("apps/api/dist/main.js", { env });
  try {
    const load = (key: string, perSecond: number, time: number) => {
      console.log(`${perSecond} requests a second for ${time} s …`);
      return measure(api, { folder, key, rate: perSecond, seconds: time });
    };
    await load(good.key, rate / 4, WARM_UP_SECONDS);
    const alone = await load(good.key, rate, seconds);
    // Half the rate: on a machine of few cores the senders must not be what is measured.
    const quiet = await load(good.key, rate / 2, seconds / 2);
    const [beside, abuse] = await Promise.all([
      load(good.key, rate / 2, seconds / 2),
      load(abusive.key, (ABUSER_PER_MINUTE * ABUSE) / 60, seconds / 2),
    ]);
    return await report({ rate, seconds, alone, quiet, beside, abuse });
  } finally {
    await api.stop();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Load {
  readonly folder: string;
  readonly key: string;
  readonly rate: number;
  readonly seconds: number;
}

async function measure(api: BenchProcess, { folder, key, rate, seconds }: Load): Promise<Phase> {
  const out = join(folder, `load-${process.hrtime.bigint()}.json`);
  const args = Object.entries({ url: api.url, key, rate, seconds, out }).map(
    ([name, value]) => `--${name}=${value}`,
  );
  const child = spawn(process.execPath, [SENDER, ...args], { stdio: "inherit" });
  const memory: number[] = [];
  const timer = setInterval(async () => memory.push(await residentMemory(api.pid)), SAMPLE_MS);
  const [code] = (await once(child, "exit")) as [number | null];
  clearInterval(timer);
  if (code !== 0) throw new Error(`The sender ended with ${code}.`);
  const result = JSON.parse(await readFile(out, "utf8")) as LoadResult; // its own
  const at = (share: number) => result.latencies[Math.floor(result.latencies.length * share)] ?? Number.NaN;
  return { ...result, p50: at(0.5), p99: at(0.99), max: result.latencies.at(-1) ?? Number.NaN, memory };
}

async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024);
}

interface Report {
  readonly rate: number;
  readonly seconds: number;
  readonly alone: Phase;
  readonly quiet: Phase;
  readonly beside: Phase;
  readonly abuse: Phase;
}

async function report({ rate, seconds, alone, quiet, beside, abuse }: Report): Promise<boolean> {
  const row = (name: string, { sent, p50, p99, max, byStatus }: Phase) => [
    name,
    String(sent),
    ...[p50, p99, max].map((ms) => ms.toFixed(1)),
    Object.entries(byStatus)
      .map(([status, count]) => `${status}: ${count}`)
      .join(", "),
  ];
  printTable(
    ["load", "requests", "p50 ms", "p99 ms", "max ms", "answers"],
    [
      row(`${rate} a second, ${seconds} s`, alone),
      row(`${rate / 2} a second, alone`, quiet),
      row(`${rate / 2} a second, beside abuse`, beside),
      row("the abusive key", abuse),
    ],
  );
  const third = Math.floor(alone.memory.length / 3);
  const [second, last] = [mean(alone.memory.slice(third, 2 * third)), mean(alone.memory.slice(-third))];
  const growth = last / second - 1;
  const shift = beside.p99 / quiet.p99 - 1;
  const errors = [alone, quiet, beside]
    .flatMap(({ byStatus }) => Object.keys(byStatus))
    .filter((status) => status >= "4");
  console.log(`Memory of the api: ${second.toFixed(0)} MiB, then ${last.toFixed(0)} MiB in the last third.`);
  console.log(
    `The abusive key moves the other's p99 by ${(shift * 100).toFixed(0)} %; at most ${MOST_SHIFT * 100} %.`,
  );
  if (errors.length > 0)
    console.log(`There were answers that are errors: ${[...new Set(errors)].join(", ")}.`);
  const figures = ({ sent, byStatus, p50, p99, max }: Phase) => ({ sent, byStatus, p50, p99, max });
  await writeResults("load", {
    about:
      "Milliseconds until the end of an answer, from when its request was due, in an open loop on loopback.",
    machine: await describeMachine(),
    options: { rate, seconds },
    alone: figures(alone),
    half_rate_alone: figures(quiet),
    half_rate_beside_abuse: figures(beside),
    abuse: figures(abuse),
    memory_mib: { second_third: second, last_third: last },
    p99_shift: shift,
  });
  return errors.length === 0 && growth <= MOST_GROWTH && shift <= MOST_SHIFT;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}
