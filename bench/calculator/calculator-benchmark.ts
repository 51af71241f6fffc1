import { printTable } from "../harness/print-table.js";
import { roundAll, type Spread, showSpread, spreadOf } from "../harness/statistics.js";
import { describeMachine, writeResults } from "../harness/write-results.js";
import { bullpenCalculator, type Contender, systemPython } from "./contenders.js";
import { type Measurement, measureContender } from "./measure-contender.js";
import { hasGrown, type MemoryMeasurement, measureMemory } from "./measure-memory.js";

/** What Bullpen promises of its Calculator on two cores. */
const PROMISES = { arithmetic_p50_ms: 5, imports_p50_ms: 60, per_second: 150 };

/** Runs in a row during which the process must not grow. */
const MEMORY_RUNS = 1_000;

export interface CalculatorBenchmarkOptions {
  /** Programs a round. */
  readonly queries: number;
  readonly rounds: number;
  readonly concurrency: number;
}

type Rounds = Map<string, Measurement[]>;

/** How fast the Calculator answers, against the machine's own Python as a process a program. */
export async function runCalculatorBenchmark(options: CalculatorBenchmarkOptions): Promise<boolean> {
  const calculator = await bullpenCalculator(options.concurrency);
  try {
    const python = await systemPython();
    if (!python) console.error("There is no python3 to compare with.");
    const rounds = await playRounds(python ? [calculator, python] : [calculator], options);
    const memory = await measureMemory(calculator, MEMORY_RUNS);
    return await report(options, rounds, memory);
  } finally {
    await calculator.close();
  }
}

/** Everybody in every round, so that a busy minute hits all of them. */
async function playRounds(
  contenders: readonly Contender[],
  options: CalculatorBenchmarkOptions,
): Promise<Rounds> {
  const rounds: Rounds = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const contender of contenders) {
      const measured = await measureContender(contender, options);
      rounds.get(contender.name)?.push(measured);
      console.error(
        `round ${round}/${options.rounds}: ${contender.name}, ${measured.per_second.toFixed(0)} a second`,
      );
    }
  }
  return rounds;
}

async function report(
  options: CalculatorBenchmarkOptions,
  rounds: Rounds,
  memory: MemoryMeasurement,
): Promise<boolean> {
  const summaries = [...rounds].map(([name, measured]) => ({ name, ...summarize(measured) }));
  console.log(
    `\n${options.queries} programs a round, ${options.concurrency} at a time where sustained; median (lowest–highest) of ${options.rounds} rounds\n`,
  );
  printTable(
    ["", "one line p50, ms", "p99, ms", "with imports p50, ms", "a second"],
    summaries.map((each) => [
      each.name,
      showSpread(each.arithmetic_p50_ms, 2),
      showSpread(each.arithmetic_p99_ms, 1),
      showSpread(each.imports_p50_ms, 2),
      showSpread(each.per_second, 0),
    ]),
  );
  const { runs, first_half_mib, second_half_mib } = memory;
  console.log(
    `${runs} runs in a row: ${first_half_mib.toFixed(0)} MiB at most in the first half, ${second_half_mib.toFixed(0)} in the second`,
  );
  const isGood = !hasGrown(memory) && keepsPromises(summaries[0]);
  console.log(isGood ? "All that is promised holds." : `Promised: ${JSON.stringify(PROMISES)}, no growth.`);
  await writeResults("calculator", {
    ...(await describeMachine()),
    ...options,
    promised: PROMISES,
    memory: roundAll(memory),
    contenders: summaries.map(({ name, ...spreads }) => ({
      name,
      ...Object.fromEntries(Object.entries(spreads).map(([key, spread]) => [key, roundAll(spread)])),
    })),
  });
  return isGood;
}

function summarize(measured: readonly Measurement[]): Record<keyof Measurement, Spread> {
  const spread = (key: keyof Measurement) => spreadOf(measured.map((each) => each[key]));
  return {
    arithmetic_p50_ms: spread("arithmetic_p50_ms"),
    arithmetic_p99_ms: spread("arithmetic_p99_ms"),
    imports_p50_ms: spread("imports_p50_ms"),
    per_second: spread("per_second"),
    cpu_ms: spread("cpu_ms"),
  };
}

function keepsPromises(summary: Record<keyof Measurement, Spread> | undefined): boolean {
  return (
    summary !== undefined &&
    summary.arithmetic_p50_ms.median <= PROMISES.arithmetic_p50_ms &&
    summary.imports_p50_ms.median <= PROMISES.imports_p50_ms &&
    summary.per_second.median >= PROMISES.per_second
  );
}
