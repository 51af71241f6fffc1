import { type StepTimes, samplerThreads } from "@bullpen/llm";
import { startBullpenEngine } from "../engine/bullpen-engine.js";
import { asContender } from "../engine/contender.js";
import { CONTEXT_TOKENS } from "../engine/engine-benchmark.js";
import { runRound } from "../engine/run-round.js";
import { printTable } from "../harness/print-table.js";
import { describeHost, writeResults } from "../harness/results-file.js";

export interface StepProfileOptions {
  readonly modelPath: string;
  readonly slots: readonly number[];
  /** Numbers of threads that sample; the worker's own if there are none. */
  readonly samplers: readonly number[];
  readonly rounds: number;
  readonly threads: number;
  readonly gpu: boolean;
  readonly results: string;
  readonly machine: object;
}

type Part = "betweenMs" | "assembleMs" | "decodeMs" | "sampleMs";

/** By name: what the time of a step goes to. Only `decodeMs` is llama.cpp's. */
const PARTS: readonly { key: Part; title: string }[] = [
  { key: "decodeMs", title: "llama.cpp" },
  { key: "sampleMs", title: "sampling" },
  { key: "assembleMs", title: "batch" },
  { key: "betweenMs", title: "between" },
];

interface ProfileRow extends Readonly<Record<Part, number>> {
  readonly samplers: number;
  readonly slots: number;
  readonly steps: number;
  readonly tokens_per_s: number;
}

/** Where the time of a decode step goes, in medians over the steps in which every sequence takes one token. */
export async function runStepProfile(options: StepProfileOptions): Promise<void> {
  const most = Math.max(...options.slots);
  const counts = options.samplers.length > 0 ? options.samplers : [samplerThreads(most)];
  const rows: ProfileRow[] = [];
  for (const samplers of counts) {
    const { modelPath, threads, gpu } = options;
    const engine = await startBullpenEngine({
      ...{ modelPath, threads, gpu, samplers },
      slots: most,
      contextTokensPerSlot: CONTEXT_TOKENS,
    });
    const contender = asContender(engine);
    try {
      for (const slots of options.slots) {
        await engine.takeSteps();
        for (let round = 0; round < options.rounds; round++) await runRound(contender, slots, round);
        const steps = await engine.takeSteps();
        const row = { samplers, slots, ...summarize(steps, slots) };
        rows.push(row);
        console.error(`samplers ${samplers}, ${slots} slots: ${row.tokens_per_s.toFixed(0)} tokens/s`);
      }
    } finally {
      await engine.stop();
    }
  }
  print(rows);
  await writeResults(options.results, { ...describeHost(), ...options.machine, figures: rows });
}

function summarize(steps: readonly StepTimes[], slots: number) {
  const full = steps.filter(({ sequences, tokens }) => sequences === slots && tokens === slots);
  const parts = Object.fromEntries(PARTS.map(({ key }) => [key, median(full.map((step) => step[key]))]));
  const times = parts as Record<Part, number>;
  const stepMs = PARTS.reduce((sum, { key }) => sum + times[key], 0);
  return { ...times, steps: full.length, tokens_per_s: (slots * 1_000) / stepMs };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(rows: readonly ProfileRow[]): void {
  console.log("\nA decode step, milliseconds: medians\n");
  printTable(
    ["samplers, slots", "steps", ...PARTS.map(({ title }) => title), "tokens/s"],
    rows.map((row) => [
      `${row.samplers}, ${row.slots}`,
      String(row.steps),
      ...PARTS.map(({ key }) => row[key].toFixed(2)),
      row.tokens_per_s.toFixed(0),
    ]),
  );
}
