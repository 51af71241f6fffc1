import { type BullpenEngine, startBullpenEngine } from "../engine/bullpen-engine.js";
import { type LlamaServer, startLlamaServer } from "../harness/llama-server.js";
import { printTable } from "../harness/print-table.js";
import { describeHost, writeResults } from "../harness/results-file.js";
import { roundAll, type Spread, showSpread, spreadOf } from "../harness/statistics.js";
import { writeChart } from "../harness/write-chart.js";
import { type AgentLimits, type AnswerQuery, bullpenAgent, scriptedAgent } from "./agent-contender.js";
import { arithmeticQuery } from "./arithmetic-queries.js";

export interface AgentsBenchmarkOptions {
  readonly modelPath: string;
  readonly queries: number;
  readonly rounds: number;
  /** Queries under way at a time, and slots of either engine. */
  readonly concurrency: number;
  readonly threads: number;
  readonly gpu: boolean;
  readonly llamaServer: string;
  readonly limits: AgentLimits;
  /** The results file's name without its ending. */
  readonly results: string;
  readonly machine?: object;
  /** Called when Bullpen's engine has its model. */
  readonly onLoaded?: () => void;
  /** Called around each contender's part of a round that counts. */
  readonly watch?: Watch;
}

type Watch = <T>(contender: "bullpen" | "peer", run: () => Promise<T>) => Promise<T>;

interface AgentRound {
  readonly queries_per_s: number;
  readonly turns_per_s: number;
  /** Queries whose answer states the right number. */
  readonly right: number;
}

interface Pair {
  readonly bullpen: AgentRound;
  readonly peer: AgentRound;
}

const CONTEXT_TOKENS = 1_024;

/** Agent queries a second: Bullpen's loop on its engine, and a plain script on llama-server. */
export async function runAgentsBenchmark(options: AgentsBenchmarkOptions): Promise<Spread> {
  const { modelPath, threads, gpu } = options;
  const start = {
    modelPath,
    threads,
    gpu,
    slots: options.concurrency,
    contextTokensPerSlot: CONTEXT_TOKENS,
  };
  const engine = await startBullpenEngine(start);
  options.onLoaded?.();
  const server = await startLlamaServer({ ...start, binary: options.llamaServer });
  const pairs: Pair[] = [];
  try {
    for (let round = 0; round <= options.rounds; round++) {
      const pair = await runPair(options, engine, server, round);
      if (round === 0) continue;
      pairs.push(pair);
      const { bullpen, peer } = pair;
      console.error(
        `round ${round}/${options.rounds}: ${bullpen.queries_per_s.toFixed(1)} and ${peer.queries_per_s.toFixed(1)} queries/s, right ${bullpen.right} and ${peer.right}`,
      );
    }
  } finally {
    await Promise.all([engine.stop(), server.stop()]);
  }
  return report(options, pairs);
}

const unwatched: Watch = (_, run) => run();

async function runPair(
  options: AgentsBenchmarkOptions,
  engine: BullpenEngine,
  server: LlamaServer,
  round: number,
): Promise<Pair> {
  const { limits } = options;
  const watch = (round > 0 && options.watch) || unwatched;
  const ours = () => watch("bullpen", () => runRound(options, bullpenAgent(engine, limits), round));
  const theirs = () => watch("peer", () => runRound(options, scriptedAgent(server, limits), round));
  if (round % 2 === 1) return { bullpen: await ours(), peer: await theirs() };
  const peer = await theirs();
  return { bullpen: await ours(), peer };
}

/** `round` 0 warms up with as many queries as there are slots. */
async function runRound(
  { queries, concurrency }: AgentsBenchmarkOptions,
  answer: AnswerQuery,
  round: number,
): Promise<AgentRound> {
  const count = round === 0 ? concurrency : queries;
  let next = 0;
  let turns = 0;
  let right = 0;
  const lane = async () => {
    while (next < count) {
      const query = arithmeticQuery(round * queries + next++);
      const result = await answer(query.text, next);
      turns += result.turns;
      if (result.answer?.includes(String(query.answer))) right++;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, lane));
  const seconds = (performance.now() - start) / 1_000;
  return { queries_per_s: count / seconds, turns_per_s: turns / seconds, right };
}

async function report(options: AgentsBenchmarkOptions, pairs: readonly Pair[]): Promise<Spread> {
  const of = (side: keyof Pair, figure: keyof AgentRound) =>
    spreadOf(pairs.map((pair) => pair[side][figure]));
  const ratio = spreadOf(pairs.map(({ bullpen, peer }) => bullpen.queries_per_s / peer.queries_per_s));
  const { queries, rounds, concurrency, threads, gpu } = options;
  console.log(
    `\n${rounds} rounds of ${queries} agent queries, ${concurrency} at a time; median (lowest–highest)\n`,
  );
  printTable(
    ["", "Bullpen", "script on llama-server"],
    (["queries_per_s", "turns_per_s", "right"] as const).map((figure) => [
      figure.replaceAll("_", " ").replace(" per s", "/s"),
      showSpread(of("bullpen", figure), figure === "right" ? 0 : 2),
      showSpread(of("peer", figure), figure === "right" ? 0 : 2),
    ]),
  );
  console.log(`Queries/s: ${showSpread(ratio, 2)} times those of the script`);
  const side = (name: keyof Pair) => ({
    queries_per_s: roundAll(of(name, "queries_per_s")),
    turns_per_s: roundAll(of(name, "turns_per_s")),
    right: roundAll(of(name, "right")),
  });
  await writeResults(options.results, {
    ...describeHost(),
    ...options.machine,
    ...{ queries, rounds, concurrency, threads, gpu },
    queries_per_s_ratio: roundAll(ratio),
    bullpen: side("bullpen"),
    script_on_llama_server: side("peer"),
  });
  await writeChart(options.results, "Agent queries a second", [
    { group: "queries/s", label: "Bullpen", value: of("bullpen", "queries_per_s").median },
    { group: "queries/s", label: "llama-server", value: of("peer", "queries_per_s").median },
  ]);
  return ratio;
}
