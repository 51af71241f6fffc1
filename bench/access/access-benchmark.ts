import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AccessKeyStore, KeyRing, LocalStore } from "@bullpen/storage";
import { startBenchProcess } from "../harness/bench-process.js";
import { startFreshRedis } from "../harness/fresh-redis.js";
import { printTable } from "../harness/print-table.js";
import { spreadOf } from "../harness/statistics.js";
import { describeMachine, writeResults } from "../harness/write-results.js";

/** The part of a request's processor time that the check of its key may take. */
const MOST_SHARE = 0.05;

/** A round of checks is short: enough of them for the clock, and for the compiler before. */
const CHECKS = 20_000;

export interface AccessOptions {
  /** Requests of each round. */
  readonly queries: number;
  readonly rounds: number;
  readonly concurrency: number;
}

/** What the check of a key costs, as a part of the cheapest request that needs one. */
export async function runAccessBenchmark(options: AccessOptions): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-bench-access-"));
  const redis = await startFreshRedis();
  const env = { REDIS_URL: redis.url, DATA_DIR: folder, API_PORT: "0", LOG_LEVEL: "error" };
  const keys = new AccessKeyStore(await LocalStore.open(folder));
  const { key } = await keys.create({ tenant: "default", role: "read", name: "benchmark" });
  const api = await startBenchProcess("apps/api/dist/main.js", { env });
  try {
    const ring = new KeyRing(keys);
    await timeChecks(ring, key);
    await timeRequests(api.url, key, options);
    const checks: number[] = [];
    const requests: number[] = [];
    for (let round = 0; round < options.rounds; round++) {
      checks.push(await timeChecks(ring, key));
      requests.push(await timeRequests(api.url, key, options));
    }
    return await report(options, checks, requests);
  } finally {
    await api.stop();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Microseconds of processor time for one check. */
async function timeChecks(ring: KeyRing, key: string): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < CHECKS; i++) {
    if (typeof (await ring.check(key)) === "string") throw new Error("The key was refused.");
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CHECKS;
}

/** Microseconds of the api's processor time for one request that reads little. */
async function timeRequests(url: string, key: string, { queries, concurrency }: AccessOptions) {
  const before = await cpuSeconds(url);
  let left = queries;
  const send = async () => {
    while (left-- > 0) {
      const headers = { authorization: `Bearer ${key}` };
      const response = await fetch(`${url}/v1/models`, { headers });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`The api answered ${response.status}.`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, send));
  return (((await cpuSeconds(url)) - before) * 1e6) / queries;
}

async function cpuSeconds(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total\S* (\S+)/m.exec(text)?.[1]);
}

async function report(options: AccessOptions, checks: number[], requests: number[]): Promise<boolean> {
  const [check, request] = [spreadOf(checks), spreadOf(requests)];
  const share = check.median / request.median;
  printTable(
    ["processor time", "µs"],
    [
      ["check of a key", check.median.toFixed(1)],
      ["GET /v1/models, api only", request.median.toFixed(1)],
    ],
  );
  console.log(`The check is ${(share * 100).toFixed(1)} % of the request; at most ${MOST_SHARE * 100} %.`);
  await writeResults("access", {
    about: "Microseconds of processor time: the check of a key, and the cheapest request that needs one.",
    machine: await describeMachine(),
    options,
    check_us: check,
    request_us: request,
    share,
  });
  return share <= MOST_SHARE;
}
