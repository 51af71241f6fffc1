import { printTable } from "../harness/print-table.js";
import { describeHost, writeResults } from "../harness/results-file.js";
import { type Spread, showSpread, spreadOf } from "../harness/statistics.js";
import { type Bar, writeChart } from "../harness/write-chart.js";
import { type Contender, type ContenderOptions, startBullpen, startPeer } from "./contender.js";
import { type RoundFigures, runRound } from "./run-round.js";

export interface EngineBenchmarkOptions {
  /** Name in the report, path of the file. */
  readonly models: readonly { readonly name: string; readonly path: string }[];
  readonly slots: readonly number[];
  readonly rounds: number;
  readonly threads: number;
  readonly gpu: boolean;
  readonly llamaServer: string;
  /** The results file's name without its ending. */
  readonly results: string;
  /** Facts about the machine that go into the results. */
  readonly machine?: object;
  /** Whether both engines stay loaded while they take turns; otherwise one does all its rounds first. Default: they do. */
  readonly keepBothLoaded?: (slots: number) => boolean;
  /** Called when Bullpen's engine has its model. */
  readonly onLoaded?: () => void;
}

interface Pair {
  readonly bullpen: RoundFigures;
  readonly peer: RoundFigures;
}

export interface EngineRow {
  readonly model: string;
  readonly slots: number;
  readonly rounds: readonly Pair[];
  /** Generated tokens a second. */
  readonly generated: { readonly bullpen: Spread; readonly peer: Spread };
  /** Bullpen's figures over the peer's, round by round. */
  readonly ratio: Readonly<Record<Figure, Spread>>;
}

/** Enough for the prompts and what follows them. */
export const CONTEXT_TOKENS = 768;

type Figure = keyof RoundFigures;

const FIGURES: readonly { key: Figure; title: string }[] = [
  { key: "prompt_tokens_per_s", title: "prompt" },
  { key: "generated_tokens_per_s", title: "generation" },
];

/**
 * Tokens a second of Bullpen's engine and of llama-server on the same files. Both stand ready while
 * the other is measured; they take turns, and who goes first alternates.
 */
export async function runEngineBenchmark(options: EngineBenchmarkOptions): Promise<readonly EngineRow[]> {
  const rows: EngineRow[] = [];
  for (const model of options.models) {
    for (const slots of options.slots) {
      const rounds = await measure(options, model.path, slots);
      rows.push({
        model: model.name,
        slots,
        rounds,
        generated: {
          bullpen: spreadOf(rounds.map(({ bullpen }) => bullpen.generated_tokens_per_s)),
          peer: spreadOf(rounds.map(({ peer }) => peer.generated_tokens_per_s)),
        },
        ratio: {
          prompt_tokens_per_s: ratios(rounds, "prompt_tokens_per_s"),
          generated_tokens_per_s: ratios(rounds, "generated_tokens_per_s"),
        },
      });
      console.error(`${model.name}, ${slots} slots: ${summary(rounds)}`);
    }
  }
  print(rows);
  const machine = { ...describeHost(), ...options.machine };
  const { rounds, threads, gpu } = options;
  await writeResults(options.results, { ...machine, rounds, threads, gpu, figures: rows.map(toResults) });
  await writeChart(options.results, "Generated tokens a second", rows.flatMap(toBars));
  return rows;
}

async function measure(options: EngineBenchmarkOptions, modelPath: string, slots: number): Promise<Pair[]> {
  const { threads, gpu, llamaServer } = options;
  const start: ContenderOptions = {
    modelPath,
    slots,
    threads,
    gpu,
    llamaServer,
    contextTokensPerSlot: CONTEXT_TOKENS,
  };
  if (options.keepBothLoaded?.(slots) === false) return measureApart(options, start);
  const bullpen = await startBullpen(start);
  options.onLoaded?.();
  const peer = await startPeer(start);
  const pairs: Pair[] = [];
  try {
    // The first round is for the caches of processor and disk, and is not counted.
    for (let round = 0; round <= options.rounds; round++) {
      const pair = await runPair(bullpen, peer, slots, round);
      if (round > 0) pairs.push(pair);
    }
  } finally {
    await Promise.all([bullpen.stop(), peer.stop()]);
  }
  return pairs;
}

/** One engine after the other, where memory holds only one. */
async function measureApart(options: EngineBenchmarkOptions, start: ContenderOptions): Promise<Pair[]> {
  const { rounds, onLoaded } = options;
  const bullpen = await measureAlone(() => startBullpen(start), { slots: start.slots, rounds, onLoaded });
  const peer = await measureAlone(() => startPeer(start), { slots: start.slots, rounds, onLoaded });
  return bullpen.flatMap((figures, index) => {
    const theirs = peer[index];
    return theirs ? [{ bullpen: figures, peer: theirs }] : [];
  });
}

export interface AloneOptions {
  readonly slots: number;
  readonly rounds: number;
  readonly onLoaded?: (() => void) | undefined;
}

/** All rounds of one engine. The first, for the caches of processor and disk, is not counted. */
export async function measureAlone(
  load: () => Promise<Contender>,
  { slots, rounds, onLoaded }: AloneOptions,
): Promise<RoundFigures[]> {
  const contender = await load();
  onLoaded?.();
  const figures: RoundFigures[] = [];
  try {
    for (let round = 0; round <= rounds; round++) figures.push(await runRound(contender, slots, round));
  } finally {
    await contender.stop();
  }
  return figures.slice(1);
}

async function runPair(bullpen: Contender, peer: Contender, slots: number, round: number): Promise<Pair> {
  if (round % 2 === 0) {
    const ours = await runRound(bullpen, slots, round);
    return { bullpen: ours, peer: await runRound(peer, slots, round) };
  }
  const theirs = await runRound(peer, slots, round);
  return { peer: theirs, bullpen: await runRound(bullpen, slots, round) };
}

function ratios(rounds: readonly Pair[], figure: Figure) {
  return spreadOf(rounds.map(({ bullpen, peer }) => bullpen[figure] / peer[figure]));
}

function summary(rounds: readonly Pair[]): string {
  return FIGURES.map(({ key, title }) => `${title} ${showSpread(ratios(rounds, key), 2)} times`).join(", ");
}

function print(rows: readonly EngineRow[]): void {
  for (const { key, title } of FIGURES) {
    console.log(`\n${title}, tokens/s: median (lowest–highest)\n`);
    printTable(
      ["model, slots", "Bullpen", "llama-server", "ratio"],
      rows.map(({ model, slots, rounds }) => [
        `${model}, ${slots}`,
        showSpread(spreadOf(rounds.map(({ bullpen }) => bullpen[key])), 0),
        showSpread(spreadOf(rounds.map(({ peer }) => peer[key])), 0),
        showSpread(ratios(rounds, key), 2),
      ]),
    );
  }
}

function toResults({ model, slots, rounds }: EngineRow): object {
  const figures = Object.fromEntries(
    FIGURES.map(({ key }) => [
      key,
      {
        bullpen: spreadOf(rounds.map(({ bullpen }) => bullpen[key])),
        llama_server: spreadOf(rounds.map(({ peer }) => peer[key])),
        ratio: ratios(rounds, key),
      },
    ]),
  );
  return { model, slots, ...figures };
}

function toBars({ model, slots, rounds }: EngineRow): Bar[] {
  const median = (of: (pair: Pair) => RoundFigures) =>
    spreadOf(rounds.map((pair) => of(pair).generated_tokens_per_s)).median;
  const group = `${model}, ${slots} slots`;
  return [
    { group, label: "Bullpen", value: median((pair) => pair.bullpen) },
    { group, label: "llama-server", value: median((pair) => pair.peer) },
  ];
}
