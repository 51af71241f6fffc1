import { readFile } from "node:fs/promises";
import { AgentQueues, ToolWorker } from "@bullpen/queue";
import { startBenchProcess } from "../harness/bench-process.js";
import { RETENTION_SECONDS } from "../harness/bullpen.js";
import { startFreshRedis } from "../harness/fresh-redis.js";
import { printTable } from "../harness/print-table.js";
import { roundAll } from "../harness/statistics.js";
import { until } from "../harness/until.js";
import { agentJob, MODEL, OBSERVATION, TOOL } from "../harness/workload.js";
import { describeMachine, writeResults } from "../harness/write-results.js";
import { type DelayedServer, SERVED, startDelayedServer } from "./delayed-server.js";

export interface TurnsOptions {
  /** Queries of a round, each of two turns. */
  readonly queries: number;
  readonly rounds: number;
  /** Turns in flight. */
  readonly concurrency: number;
}

/** A turn of 30 tokens at 256 in flight, on a server with 7,600 tokens a second: vLLM on one H100. */
const TURN_MS = 1_000;
/** What the worker may take of a core, so that one beside its GPUs is plenty. */
const CORES_ALLOWED = 0.5;
/** The parts of a round's turns between which it is measured: at its ends fewer are in flight. */
const [FROM, TO] = [0.2, 0.8];
const LONGEST_ROUND_MS = 300_000;

interface TurnsRound {
  readonly turns_per_s: number;
  readonly in_flight: number;
  /** CPU time of the worker over time. */
  readonly worker_cores: number;
  readonly worker_ms_a_turn: number;
}

/** What a worker whose model is on a server takes of the CPU, with many turns in flight. */
export async function runTurnsBenchmark({ queries, rounds, concurrency }: TurnsOptions): Promise<boolean> {
  const measured: TurnsRound[] = [];
  for (let round = 1; round <= rounds; round++) {
    const figures = await runRound(queries, concurrency);
    measured.push(figures);
    console.error(`round ${round}/${rounds}: ${figures.worker_cores.toFixed(2)} cores`);
  }
  console.log(`\nA worker on a server that answers a turn after ${TURN_MS} ms, ${concurrency} slots\n`);
  printTable(
    ["in flight", "turns/s", "cores", "ms a turn"],
    measured.map(({ in_flight, turns_per_s, worker_cores, worker_ms_a_turn }) => [
      in_flight.toFixed(0),
      turns_per_s.toFixed(0),
      worker_cores.toFixed(2),
      worker_ms_a_turn.toFixed(2),
    ]),
  );
  await writeResults("turns", {
    ...(await describeMachine()),
    ...{ concurrency, queries, turn_ms: TURN_MS, cores_allowed: CORES_ALLOWED },
    rounds: measured.map(roundAll),
  });
  const cores = measured.map(({ worker_cores }) => worker_cores).toSorted((a, b) => a - b);
  return (cores[Math.floor(cores.length / 2)] ?? Number.NaN) < CORES_ALLOWED;
}

async function runRound(queries: number, concurrency: number): Promise<TurnsRound> {
  const redis = await startFreshRedis();
  const server = await startDelayedServer(TURN_MS);
  const queues = new AgentQueues({ redis: redis.connection, retentionSeconds: RETENTION_SECONDS });
  const tools = await ToolWorker.start({
    redis: redis.connection,
    tool: TOOL,
    concurrency: 64,
    run: async () => ({ observation: OBSERVATION, is_error: false }),
  });
  const worker = await startBenchProcess("apps/worker/dist/main.js", {
    env: {
      ...{ REDIS_URL: redis.url, WORKER_PORT: "0", LOG_LEVEL: "warn" },
      ...{ LLM_BASE_URL: server.url, LLM_MODEL: SERVED, LLM_API: "completions", MODEL_NAME: MODEL },
      SLOTS: String(concurrency),
    },
  });
  try {
    for (let from = 0; from < queries; from += 1_000) {
      const count = Math.min(1_000, queries - from);
      await queues.submit(Array.from({ length: count }, (_, i) => agentJob(from + i)));
    }
    return await measure(server, worker.pid, 2 * queries);
  } finally {
    await worker.stop();
    await tools.stop(0);
    await queues.close();
    await server.stop();
    await redis.stop();
  }
}

async function measure(server: DelayedServer, pid: number, turns: number): Promise<TurnsRound> {
  const before = server.answered;
  const inFlight: number[] = [];
  const reach = (part: number) =>
    until(
      `${100 * part} % of the turns`,
      async () => {
        inFlight.push(server.inFlight);
        return server.answered - before >= part * turns;
      },
      LONGEST_ROUND_MS,
      100,
    );
  await reach(FROM);
  inFlight.length = 0;
  const start = { at: performance.now(), answered: server.answered, cpuMs: await cpuMsOf(pid) };
  await reach(TO);
  const seconds = (performance.now() - start.at) / 1_000;
  const cpuMs = (await cpuMsOf(pid)) - start.cpuMs;
  const answered = server.answered - start.answered;
  return {
    turns_per_s: answered / seconds,
    in_flight: inFlight.reduce((sum, count) => sum + count, 0) / inFlight.length,
    worker_cores: cpuMs / 1_000 / seconds,
    worker_ms_a_turn: cpuMs / answered,
  };
}

/** CPU time of a process, all its threads included. Linux counts it in hundredths of a second. */
async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [fields[11], fields[12]].map(Number);
  return 10 * ((user ?? 0) + (system ?? 0));
}
