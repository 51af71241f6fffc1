import { availableParallelism } from "node:os";
import { chooseThreads } from "@bullpen/llm";
import type { Script } from "@bullpen/llm/testing";
import { startTracing, type Tracing } from "@bullpen/tracing";
import { type BullpenEngine, startBullpenEngine } from "../engine/bullpen-engine.js";
import { DEMO_MODEL } from "../engine/paths.js";
import { startBenchProcess } from "../harness/bench-process.js";
import { startFreshRedis } from "../harness/fresh-redis.js";
import { printTable } from "../harness/print-table.js";
import { describeHost, writeResults } from "../harness/results-file.js";
import { showSpread, spreadOf } from "../harness/statistics.js";
import { until } from "../harness/until.js";
import { callToolOnce } from "../harness/workload.js";
import { openBullpenContender } from "../queue/bullpen-contender.js";
import { runRound } from "../queue/run-round.js";

/** What tracing may take of the queries/s of a worker with the demo model, the smallest model that there is. */
const MOST_SHARE = 0.03;

/** Queries that the demo model answers; each takes some hundred times as long as one without a model. */
const MODEL_QUERIES = 32;
const LONGEST_MS = 300_000;

export interface TracingBenchmarkOptions {
  readonly queries: number;
  readonly rounds: number;
  readonly concurrency: number;
}

/** What tracing adds to the CPU time of a query, and what part of a query on the demo model that is. */
export async function runTracingBenchmark(options: TracingBenchmarkOptions): Promise<boolean> {
  const { rounds, concurrency } = options;
  const collector = await startBenchProcess("bench/dist/tracing/collector-main.js", {});
  const engine = await startBullpenEngine({
    ...{ modelPath: DEMO_MODEL, slots: concurrency, contextTokensPerSlot: 1_024 },
    ...{ threads: chooseThreads(), gpu: false },
  });
  const added: number[] = [];
  const rates: number[] = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      const off = await measure(undefined, options);
      const on = await measure(collector.url, options);
      added.push(on.node_us - off.node_us);
      rates.push(await measureModel(engine, concurrency));
      console.error(
        `round ${round}/${rounds}: ${off.node_us.toFixed(0)} and ${on.node_us.toFixed(0)} µs a query`,
      );
    }
  } finally {
    await engine.stop();
    await collector.stop();
  }
  return report(added, rates, options);
}

/** Without a model: all CPU time is Bullpen's. */
async function measure(collectorUrl: string | undefined, options: TracingBenchmarkOptions) {
  const tracing = await open(collectorUrl);
  const { figures } = await runRound(openBullpenContender({ script: callToolOnce, tracing }), options);
  await tracing?.stop();
  return figures;
}

/** Queries/s that the demo model answers. */
async function measureModel(engine: BullpenEngine, concurrency: number): Promise<number> {
  const redis = await startFreshRedis();
  try {
    const contest = openBullpenContender({ script: askModel(engine) }).open(redis.connection, concurrency);
    await contest.submit(MODEL_QUERIES);
    const startedAt = performance.now();
    const workers = await contest.startWorkers();
    await until("all answered", async () => contest.answered() >= MODEL_QUERIES, LONGEST_MS);
    const seconds = (performance.now() - startedAt) / 1_000;
    await workers.stop();
    await contest.close();
    return MODEL_QUERIES / seconds;
  } finally {
    await redis.stop();
  }
}

function open(url: string | undefined): Promise<Tracing | undefined> {
  const env = url === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: url };
  return startTracing({ env, app: "worker", logger: { warn: console.error, info: console.error } });
}

/** A turn of the demo model, in a process of its own. */
function askModel(engine: BullpenEngine): Script {
  return async (request) => {
    const { text, finishReason, usage } = await engine.complete(request);
    return { text, finishReason, usage };
  };
}

async function report(
  added: readonly number[],
  rates: readonly number[],
  options: TracingBenchmarkOptions,
): Promise<boolean> {
  const [addedUs, rate] = [spreadOf(added), spreadOf(rates)];
  const share = (addedUs.median / 1_000_000) * (rate.median / availableParallelism());
  console.log("\nTracing on, every query recorded, against off\n");
  printTable(
    ["", "a query"],
    [
      ["CPU that tracing adds, µs", showSpread(addedUs, 0)],
      ["queries/s of the demo model on all cores", showSpread(rate, 2)],
      ["part of its throughput", `${(share * 100).toFixed(3)} %`],
    ],
  );
  await writeResults("tracing", {
    ...describeHost(),
    ...{ ...options, added_us: addedUs, demo_queries_per_s: rate, share, allowed: MOST_SHARE },
  });
  return share <= MOST_SHARE;
}
