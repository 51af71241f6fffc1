import { printTable } from "../harness/print-table.js";
import { roundAll } from "../harness/statistics.js";
import { describeMachine, writeResults } from "../harness/write-results.js";
import { runScaleRound, type ScaleRound } from "./run-scale-round.js";

/** What Bullpen promises, whatever the size of a batch. */
const ALLOWED = { redis_peak_mib: 200, api_peak_mib: 300, batcher_peak_mib: 300 } as const;
/** How much more than that of the smallest batch a line of the largest may take. */
const COST_ALLOWED = 1.2;

export interface ScaleOptions {
  /** Lines of the largest batch; a tenth and a hundredth are run for comparison. */
  readonly lines: number;
  /** Queries that the worker runs side by side. */
  readonly concurrency: number;
}

/** Batches of three sizes: what they take of memory, and what a line costs. */
export async function runScaleBenchmark({ lines, concurrency }: ScaleOptions): Promise<boolean> {
  const sizes = [lines / 100, lines / 10, lines].map(Math.ceil);
  const rounds: ScaleRound[] = [];
  for (const size of sizes) {
    const round = await runScaleRound(size, concurrency);
    rounds.push(round);
    console.error(
      `${size} lines: ${round.total_s.toFixed(1)} s, ${round.lines_per_second.toFixed(0)} lines/s`,
    );
  }
  const broken = findBroken(rounds);
  report(rounds, broken);
  await writeResults("scale", {
    ...(await describeMachine()),
    concurrency,
    allowed: { ...ALLOWED, cost: COST_ALLOWED },
    cost: costRatio(rounds),
    rounds: rounds.map(roundAll),
  });
  return broken.length === 0;
}

function costRatio(rounds: readonly ScaleRound[]): number {
  const [first] = rounds;
  const last = rounds.at(-1);
  return first && last ? first.lines_per_second / last.lines_per_second : Number.NaN;
}

function findBroken(rounds: readonly ScaleRound[]): string[] {
  const limits = Object.entries(ALLOWED) as [keyof typeof ALLOWED, number][]; // Object.entries widens the keys
  const broken = rounds.flatMap((round) =>
    limits
      .filter(([name, limit]) => round[name] > limit)
      .map(([name, limit]) => `${round.lines} lines: ${name} ${round[name].toFixed(0)}, allowed ${limit}`),
  );
  const cost = costRatio(rounds);
  if (cost > COST_ALLOWED) broken.push(`a line costs ${cost.toFixed(2)} times as much in the largest batch`);
  return broken;
}

function report(rounds: readonly ScaleRound[], broken: readonly string[]): void {
  console.log("\nOne batch through api, batcher and a worker whose model answers at once\n");
  printTable(
    [
      "lines",
      "upload s",
      "validate s",
      "work s",
      "finalize s",
      "lines/s",
      "Redis MiB",
      "api MiB",
      "batcher MiB",
    ],
    rounds.map((round) => [
      String(round.lines),
      round.upload_s.toFixed(1),
      round.validation_s.toFixed(1),
      round.work_s.toFixed(1),
      round.finalizing_s.toFixed(1),
      round.lines_per_second.toFixed(0),
      round.redis_peak_mib.toFixed(0),
      round.api_peak_mib.toFixed(0),
      round.batcher_peak_mib.toFixed(0),
    ]),
  );
  const cost = costRatio(rounds).toFixed(2);
  console.log(`A line of the largest batch takes ${cost} times what one of the smallest takes.`);
  for (const sentence of broken) console.log(`Over what is allowed: ${sentence}`);
}
