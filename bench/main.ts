import { isForOperator } from "@bullpen/runtime";
import { runAccessBenchmark } from "./access/access-benchmark.js";
import { runCalculatorBenchmark } from "./calculator/calculator-benchmark.js";
import { ENGINE_COMMANDS } from "./engine/commands.js";
import { runBatchFairnessBenchmark } from "./fairness/batch-fairness-benchmark.js";
import { runFairnessBenchmark } from "./fairness/fairness-benchmark.js";
import { runFleetBenchmark } from "./fleet/fleet-benchmark.js";
import { runTurnTokensBenchmark } from "./fleet/turn-tokens-benchmark.js";
import { countOf, readArguments, UsageError } from "./harness/arguments.js";
import { stopRedisWithProcess } from "./harness/fresh-redis.js";
import { runLoadBenchmark } from "./load/load-benchmark.js";
import { runQueueBenchmark } from "./queue/queue-benchmark.js";
import { runScaleBenchmark } from "./scale/scale-benchmark.js";
import { runStructuredBenchmark } from "./structured/structured-benchmark.js";
import { runTracingBenchmark } from "./tracing/tracing-benchmark.js";
import { runTurnsBenchmark } from "./turns/turns-benchmark.js";

interface Benchmark {
  readonly about: string;
  readonly defaults: Partial<Options>;
  /** Whether the result is as good as Bullpen promises. */
  run(options: Options): Promise<boolean>;
}

interface Options {
  readonly lines: number;
  readonly queries: number;
  readonly rounds: number;
  readonly concurrency: number;
  readonly workers: number;
  readonly seconds: number;
}

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  queue: {
    about: "what a query costs Redis, against bare BullMQ doing parent and child",
    defaults: { queries: 5_000, rounds: 5, concurrency: 32 },
    run: runQueueBenchmark,
  },
  fairness: {
    about: "how long a small tenant waits for a large one, against having Bullpen to itself",
    defaults: { queries: 20_000, rounds: 3, concurrency: 8 },
    run: runFairnessBenchmark,
  },
  "batch-fairness": {
    about: "how long a small batch and a chat call take behind a large batch, against alone",
    defaults: { lines: 50_000, rounds: 3, concurrency: 8 },
    run: runBatchFairnessBenchmark,
  },
  scale: {
    about: "what batches of three sizes take of memory, and what a line costs",
    defaults: { lines: 1_000_000, concurrency: 64 },
    run: runScaleBenchmark,
  },
  fleet: {
    about: "fleets of up to --workers workers of --concurrency slots on one Redis: where it ends",
    defaults: { workers: 64, concurrency: 256, seconds: 8 },
    run: runFleetBenchmark,
  },
  "turn-tokens": {
    about:
      "how many tokens the turns of everyday questions have, which the fleet's turns take their time from",
    defaults: {},
    run: runTurnTokensBenchmark,
  },
  calculator: {
    about: "how fast the Calculator is, against a process of the machine's own Python a program",
    defaults: { queries: 1_000, rounds: 3, concurrency: 2 },
    run: runCalculatorBenchmark,
  },
  structured: {
    about: "tokens/s of an answer that is held to a JSON schema, against one that is text, on the demo model",
    defaults: { rounds: 7, concurrency: 8 },
    run: runStructuredBenchmark,
  },
  turns: {
    about: "what a worker takes of the CPU with 256 turns in flight on a model server",
    defaults: { queries: 3_000, rounds: 3, concurrency: 256 },
    run: runTurnsBenchmark,
  },
  tracing: {
    about: "what traces add to the CPU time of a query, and what part of the demo model's throughput that is",
    defaults: { queries: 3_000, rounds: 3, concurrency: 8 },
    run: runTracingBenchmark,
  },
  load: {
    about:
      "polling and submitting at --queries requests/s for --lines seconds, alone and beside an abusive key",
    defaults: { queries: 2_000, lines: 60 },
    run: runLoadBenchmark,
  },
  access: {
    about: "what the check of a key costs, as a part of the cheapest request",
    defaults: { queries: 5_000, rounds: 5, concurrency: 8 },
    run: runAccessBenchmark,
  },
};

const HELP = `npm run bench -- <benchmark> [--queries <n>] [--lines <n>] [--rounds <n>] [--concurrency <n>]

${Object.entries(BENCHMARKS)
  .map(
    ([name, { about, defaults }]) =>
      `  ${name.padEnd(16)}${about}\n                  (default: ${flagsOf(defaults)})`,
  )
  .join("\n")}

${Object.entries(ENGINE_COMMANDS)
  .map(([name, { about, usage }]) => `  ${name.padEnd(20)}${about}\n                      ${usage}`)
  .join("\n")}

The first ones take the options of their defaults and need a redis-server of their own.
Each writes bench/results/<benchmark>.json.
It ends with 1 when the result is not what Bullpen promises.`;

async function main(): Promise<void> {
  const [command = "", ...args] = process.argv.slice(2);
  const engineCommand = Object.hasOwn(ENGINE_COMMANDS, command) ? ENGINE_COMMANDS[command] : undefined;
  if (engineCommand) {
    if (args.includes("--help") || args.includes("-h")) {
      console.log(`npm run bench -- ${command} ${engineCommand.usage}\n\n${engineCommand.about}`);
      return;
    }
    process.exit((await engineCommand.run(args)) ? 0 : 1);
  }
  const { values, positionals } = readArguments({
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      queries: { type: "string" },
      lines: { type: "string" },
      rounds: { type: "string" },
      concurrency: { type: "string" },
      workers: { type: "string" },
      seconds: { type: "string" },
    },
  });
  const [name] = positionals;
  if (values.help || name === undefined) {
    console.log(HELP);
    return;
  }
  const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
  if (!benchmark || positionals.length > 1) {
    const known = [...Object.keys(BENCHMARKS), ...Object.keys(ENGINE_COMMANDS)].join(", ");
    throw new UsageError(`There is no benchmark ${positionals.join(" ")}. There are: ${known}.`);
  }
  const { defaults } = benchmark;
  const count = (flag: keyof Options) => {
    const text = values[flag];
    return text === undefined ? (defaults[flag] ?? 1) : countOf(flag, text);
  };
  stopRedisWithProcess();
  const isGood = await benchmark.run({
    queries: count("queries"),
    lines: count("lines"),
    rounds: count("rounds"),
    concurrency: count("concurrency"),
    workers: count("workers"),
    seconds: count("seconds"),
  });
  process.exitCode = isGood ? 0 : 1;
}

function flagsOf(defaults: Partial<Options>): string {
  return Object.entries(defaults)
    .map(([name, value]) => `--${name} ${value}`)
    .join(" ");
}

try {
  await main();
} catch (error) {
  console.error(isForOperator(error) ? error.message : error);
  // Not only the exit code: workers of a round that failed would keep the process alive.
  process.exit(1);
}
