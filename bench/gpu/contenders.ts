import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { startBullpen } from "../engine/contender.js";
import { CONTEXT_TOKENS, type EngineRow, measureAlone } from "../engine/engine-benchmark.js";
import type { RoundFigures } from "../engine/run-round.js";
import { UsageError } from "../harness/arguments.js";
import { printTable } from "../harness/print-table.js";
import { describeHost, writeResults } from "../harness/results-file.js";
import { spreadOf } from "../harness/statistics.js";
import { writeChart } from "../harness/write-chart.js";
import { runBatchedBench } from "./batched-bench.js";
import { measureVllm } from "./vllm.js";

export interface ContendersOptions {
  /** What Bullpen and llama-server reached in this run. */
  readonly rows: readonly EngineRow[];
  readonly modelPath: string;
  readonly batchedBench: string;
  /** The root of another build of Bullpen. */
  readonly baseline: string | undefined;
  /** A script or the URL of a server: see {@link measureVllm}. */
  readonly vllm: string | undefined;
  readonly rounds: number;
  readonly threads: number;
  readonly gpu: boolean;
  readonly onLoaded: () => void;
  readonly results: string;
  readonly machine: object;
}

interface Figures extends RoundFigures {
  readonly slots: number;
}

/** Measures who else there is at the same numbers of sequences, and puts all into one table and chart. */
export async function runContenders(options: ContendersOptions): Promise<void> {
  const { rows, rounds, vllm } = options;
  const slots = rows.map((row) => row.slots);
  const contenders: Record<string, readonly Figures[]> = {
    Bullpen: rows.map((row) =>
      medians(
        row.slots,
        row.rounds.map(({ bullpen }) => bullpen),
      ),
    ),
    "llama-server": rows.map((row) =>
      medians(
        row.slots,
        row.rounds.map(({ peer }) => peer),
      ),
    ),
    "llama-batched-bench": runBatchedBench({ ...options, binary: options.batchedBench, slots }),
  };
  if (options.baseline !== undefined)
    contenders["Bullpen before"] = await measureBaseline(options, options.baseline, slots);
  if (vllm !== undefined) contenders.vLLM = await measureVllm(vllm, slots, rounds);
  print(contenders, slots);
  await writeResults(options.results, { ...describeHost(), ...options.machine, rounds, contenders });
  await writeChart(
    options.results,
    "Generated tokens a second",
    slots.flatMap((count) =>
      Object.entries(contenders).map(([label, figures]) => ({
        group: `${count} sequences`,
        label,
        value: figures.find((row) => row.slots === count)?.generated_tokens_per_s ?? 0,
      })),
    ),
  );
}

/** The engine of another build, with as many threads as that build gives its samplers. */
async function measureBaseline(
  options: ContendersOptions,
  root: string,
  slots: readonly number[],
): Promise<Figures[]> {
  const { modelPath, threads, gpu, rounds, onLoaded } = options;
  const program = join(resolve(root), "bench/dist/engine/engine-process.js");
  if (!existsSync(program))
    throw new UsageError(`--baseline: ${root} is no build of Bullpen with benchmarks.`);
  const { samplerThreads } = (await import(
    pathToFileURL(join(resolve(root), "packages/llm/dist/index.js")).href
  )) as typeof import("@bullpen/llm");
  const figures: Figures[] = [];
  for (const count of slots) {
    const load = () =>
      startBullpen({
        ...{ modelPath, threads, gpu, program },
        slots: count,
        samplers: samplerThreads(count),
        contextTokensPerSlot: CONTEXT_TOKENS,
      });
    figures.push(medians(count, await measureAlone(load, { slots: count, rounds, onLoaded })));
  }
  return figures;
}

function medians(slots: number, rounds: readonly RoundFigures[]): Figures {
  return {
    slots,
    prompt_tokens_per_s: spreadOf(rounds.map((round) => round.prompt_tokens_per_s)).median,
    generated_tokens_per_s: spreadOf(rounds.map((round) => round.generated_tokens_per_s)).median,
  };
}

function print(contenders: Readonly<Record<string, readonly Figures[]>>, slots: readonly number[]): void {
  for (const figure of ["prompt_tokens_per_s", "generated_tokens_per_s"] as const) {
    console.log(`\n${figure.replaceAll("_", " ")}\n`);
    printTable(
      ["sequences", ...slots.map(String)],
      Object.entries(contenders).map(([name, rows]) => [
        name,
        ...slots.map((count) => rows.find((row) => row.slots === count)?.[figure].toFixed(0) ?? "–"),
      ]),
    );
  }
}
