import { spreadOf } from "../harness/statistics.js";
import type { Contender } from "./contenders.js";
import { arithmetic, type BenchmarkProgram, withImports } from "./programs.js";

export interface MeasureOptions {
  /** Programs of the sustained run; the others take a tenth of it. */
  readonly queries: number;
  readonly concurrency: number;
}

export interface Measurement {
  /** Milliseconds of one line of arithmetic, one after another: half of them take less. */
  readonly arithmetic_p50_ms: number;
  readonly arithmetic_p99_ms: number;
  /** Milliseconds of a program that imports statistics and datetime. */
  readonly imports_p50_ms: number;
  /** Lines of arithmetic a second, `concurrency` at a time. */
  readonly per_second: number;
  /** Processor time of this process a line of arithmetic, in milliseconds (child processes not counted). */
  readonly cpu_ms: number;
}

/** Runs the same programs in the same order whoever runs them. Throws when one comes to a wrong result. */
export async function measureContender(contender: Contender, options: MeasureOptions): Promise<Measurement> {
  const samples = Math.ceil(options.queries / 10);
  await timeEach(contender, arithmetic, 20);
  const lines = await timeEach(contender, arithmetic, samples);
  const imports = await timeEach(contender, withImports, samples);
  const cpuBefore = process.cpuUsage();
  const seconds = await timeAll(contender, options);
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    arithmetic_p50_ms: spreadOf(lines).median,
    arithmetic_p99_ms: lines.toSorted((a, b) => a - b)[Math.floor(samples * 0.99)] ?? 0,
    imports_p50_ms: spreadOf(imports).median,
    per_second: options.queries / seconds,
    cpu_ms: (user + system) / 1_000 / options.queries,
  };
}

async function timeEach(
  contender: Contender,
  program: (number: number) => BenchmarkProgram,
  count: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let number = 0; number < count; number++) {
    const startedAt = performance.now();
    await check(contender, program(number));
    times.push(performance.now() - startedAt);
  }
  return times;
}

async function timeAll(contender: Contender, { queries, concurrency }: MeasureOptions): Promise<number> {
  let number = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (number < queries) await check(contender, arithmetic(number++));
    }),
  );
  return (performance.now() - startedAt) / 1_000;
}

async function check(contender: Contender, { source, expected }: BenchmarkProgram): Promise<void> {
  const output = await contender.run(source);
  if (output !== expected) throw new Error(`${contender.name}: ${source} gave ${output}, not ${expected}`);
}
