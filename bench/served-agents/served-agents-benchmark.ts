import { type ArithmeticQuery, arithmeticQuery } from "../agents/arithmetic-queries.js";
import { measureIdleShare } from "../gpu/nvidia.js";
import { printTable } from "../harness/print-table.js";
import { roundAll, type Spread, showSpread, spreadOf } from "../harness/statistics.js";
import { writeChart } from "../harness/write-chart.js";
import { describeMachine, writeResults } from "../harness/write-results.js";
import { type BatchRound, type BullpenStack, startBullpenStack } from "./bullpen-stack.js";
import type { ModelServer } from "./model-server.js";
import { runScript, type ScriptRound } from "./script-contender.js";

export interface ServedAgentsOptions {
  readonly server: ModelServer;
  readonly python: string;
  /** Turns in flight: slots of the worker, lanes of the script. */
  readonly inFlight: readonly number[];
  readonly queriesPerSlot: number;
  readonly rounds: number;
  /** Whether nvidia-smi tells how busy the GPU is. */
  readonly gpu: boolean;
  readonly machine: object;
}

/** Most tokens of a turn: the demo model takes about 30. */
export const MAX_TOKENS = 256;
/** Bullpen's queries/s over the script's, and what its worker may take of a core. */
const [LEAST_RATIO, MOST_CORES] = [1, 0.5];

interface Round {
  readonly bullpen: BatchRound & { readonly idle?: number };
  readonly script: ScriptRound & { readonly idle?: number };
}

interface Row {
  readonly inFlight: number;
  readonly queries: number;
  readonly rounds: readonly Round[];
  readonly ratio: Spread;
}

/**
 * Agent queries a second on a model server: the whole product from upload to results, and an asyncio script.
 * They take turns, and who goes first alternates. No query comes twice, so that no answer is cached.
 */
export async function runServedAgentsBenchmark(options: ServedAgentsOptions): Promise<boolean> {
  const rows: Row[] = [];
  let next = 0;
  for (const inFlight of options.inFlight) {
    const count = inFlight * options.queriesPerSlot;
    const take = (number: number) => Array.from({ length: number }, () => arithmeticQuery(next++));
    const stack = await startBullpenStack(
      {
        ...{ LLM_BASE_URL: options.server.url, LLM_MODEL: options.server.model },
        ...{ LLM_API: "completions", SLOTS: String(inFlight) },
      },
      MAX_TOKENS,
    );
    const rounds: Round[] = [];
    try {
      const contenders = { stack, options, inFlight };
      await runRound(contenders, 0, () => take(inFlight)); // warms up
      for (let number = 1; number <= options.rounds; number++) {
        const round = await runRound(contenders, number, () => take(count));
        rounds.push(round);
        console.error(`${inFlight} in flight, round ${number}/${options.rounds}: ${describe(round, count)}`);
      }
    } finally {
      await stack.stop();
    }
    const ratio = spreadOf(rounds.map(({ bullpen, script }) => script.seconds / bullpen.seconds));
    rows.push({ inFlight, queries: count, rounds, ratio });
    await write(options, rows.map(summarize)); // a machine that is lent may be taken away
  }
  return report(options, rows.map(summarize));
}

interface Contenders {
  readonly stack: BullpenStack;
  readonly options: ServedAgentsOptions;
  readonly inFlight: number;
}

async function runRound(
  { stack, options, inFlight }: Contenders,
  number: number,
  take: () => readonly ArithmeticQuery[],
): Promise<Round> {
  const { server, python, gpu } = options;
  const ours = () => watched(gpu, () => stack.answer(take()));
  const theirs = () =>
    watched(gpu, () => runScript({ server, python, inFlight, maxTokens: MAX_TOKENS }, take()));
  if (number % 2 === 1) return { bullpen: await ours(), script: await theirs() };
  const script = await theirs();
  return { bullpen: await ours(), script };
}

async function watched<Result extends object>(
  gpu: boolean,
  run: () => Promise<Result>,
): Promise<Result & { readonly idle?: number }> {
  if (!gpu) return run();
  const { result, idleShare } = await measureIdleShare(run);
  return { ...result, idle: idleShare };
}

function describe({ bullpen, script }: Round, queries: number): string {
  const rate = ({ seconds }: { seconds: number }) => (queries / seconds).toFixed(1);
  return `${rate(bullpen)} and ${rate(script)} queries/s, right ${bullpen.right} and ${script.right}, failed ${bullpen.failed} and ${script.failed}, worker ${bullpen.cores.worker?.toFixed(2)} cores, worked from ${bullpen.begun_s.toFixed(1)} to ${bullpen.worked_s.toFixed(1)} of ${bullpen.seconds.toFixed(1)} s, turns ${bullpen.turns} and ${script.turns}, cores ${JSON.stringify(roundAll(bullpen.cores))} and ${script.cores.toFixed(2)}`;
}

type Summary = ReturnType<typeof summarize>;

function report({ rounds }: ServedAgentsOptions, summaries: readonly Summary[]): boolean {
  console.log(`\n${rounds} rounds, median (lowest–highest)\n`);
  printTable(
    ["in flight", "Bullpen, queries/s", "script", "ratio", "worker, cores", "right", "failed"],
    summaries.map(({ in_flight, bullpen, script, ratio, queries }) => [
      String(in_flight),
      showSpread(bullpen.queries_per_s, 1),
      showSpread(script.queries_per_s, 1),
      showSpread(ratio, 2),
      showSpread(bullpen.worker_cores, 2),
      `${bullpen.right.min} and ${script.right.min} of ${queries}`,
      `${bullpen.failed.max} and ${script.failed.max}`,
    ]),
  );
  return summaries.every(
    ({ ratio, bullpen }) =>
      ratio.median >= LEAST_RATIO && bullpen.worker_cores.median < MOST_CORES && bullpen.failed.max === 0,
  );
}

async function write(options: ServedAgentsOptions, summaries: readonly Summary[]): Promise<void> {
  const { server, rounds } = options;
  await writeResults("served-agents", {
    ...(await describeMachine()),
    ...options.machine,
    ...{ server: server.isVllm ? "vLLM" : "llama-server", rounds, max_tokens: MAX_TOKENS },
    figures: summaries.map(({ bullpen, script, ratio, ...row }) => ({
      ...row,
      ratio: roundAll(ratio),
      bullpen: roundEach(bullpen),
      script: roundEach(script),
    })),
  });
  await writeChart(
    "served-agents",
    "Agent queries a second",
    summaries.flatMap(({ in_flight, bullpen, script }) => [
      { group: `${in_flight} in flight`, label: "Bullpen", value: bullpen.queries_per_s.median },
      { group: `${in_flight} in flight`, label: "asyncio script", value: script.queries_per_s.median },
    ]),
  );
}

function summarize({ inFlight, queries, rounds, ratio }: Row) {
  const bullpen = rounds.map((round) => round.bullpen);
  const script = rounds.map((round) => round.script);
  const names = Object.keys(bullpen[0]?.cores ?? {});
  return {
    ...{ in_flight: inFlight, queries, ratio },
    bullpen: {
      ...figuresOf(bullpen, queries),
      ...Object.fromEntries(
        names.map((name) => [`${name}_cores`, spreadOf(bullpen.map(({ cores }) => cores[name] ?? 0))]),
      ),
      worker_cores: spreadOf(bullpen.map(({ cores }) => cores.worker ?? Number.NaN)),
    },
    script: { ...figuresOf(script, queries), cores: spreadOf(script.map(({ cores }) => cores)) },
  };
}

type Figures = Pick<ScriptRound, "seconds" | "right" | "failed" | "turns" | "tokens"> & { idle?: number };

function figuresOf(rounds: readonly Figures[], queries: number) {
  return {
    queries_per_s: spreadOf(rounds.map(({ seconds }) => queries / seconds)),
    turns_per_s: spreadOf(rounds.map(({ seconds, turns }) => turns / seconds)),
    generated_tokens_per_s: spreadOf(rounds.map(({ seconds, tokens }) => tokens / seconds)),
    right: spreadOf(rounds.map(({ right }) => right)),
    failed: spreadOf(rounds.map(({ failed }) => failed)),
    ...(rounds[0]?.idle !== undefined && {
      gpu_idle: spreadOf(rounds.map(({ idle }) => idle ?? Number.NaN)),
    }),
  };
}

function roundEach(spreads: Readonly<Record<string, Spread>>): object {
  return Object.fromEntries(Object.entries(spreads).map(([name, spread]) => [name, roundAll(spread)]));
}
