import { printTable } from "../harness/print-table.js";
import type { CommandCost } from "../harness/redis-cost.js";
import { roundAll, type Spread, showSpread } from "../harness/statistics.js";
import type { RoundFigures } from "./run-round.js";

/** How much Redis time Bullpen may take of what bare BullMQ takes. */
export const MOST_REDIS_TIME = 1.3;

export interface QueueBenchmarkOptions {
  readonly queries: number;
  readonly rounds: number;
  readonly concurrency: number;
}

export interface ContenderReport {
  readonly name: string;
  readonly rounds: readonly RoundFigures[];
  readonly summary: Readonly<Record<keyof RoundFigures, Spread>>;
  /** Of the round with the median Redis time. */
  readonly commands: readonly CommandCost[];
  readonly profile: readonly CommandCost[];
}

export interface QueueReport {
  readonly options: QueueBenchmarkOptions;
  readonly bullpen: ContenderReport;
  readonly bare: ContenderReport;
  /** Bullpen's Redis time over that of bare BullMQ, each round against the one that ran beside it. */
  readonly redisTimeRatio: Spread;
}

/** Rows of the tables of commands; what comes after them is too little to matter. */
const SHOWN_COMMANDS = 16;

const FIGURES: readonly { key: keyof RoundFigures; title: string }[] = [
  { key: "queries_per_s", title: "queries/s" },
  { key: "redis_us", title: "Redis CPU, µs a query" },
  { key: "node_us", title: "Node CPU, µs a query" },
  { key: "bytes_queued", title: "bytes a queued query" },
  { key: "bytes_kept", title: "bytes a completed query" },
];

export function printReport({ options, bullpen, bare, redisTimeRatio }: QueueReport): void {
  console.log(
    `\n${options.rounds} rounds of ${options.queries} queries, one tool call each, concurrency ${options.concurrency}; median (lowest–highest)\n`,
  );
  printTable(
    ["", bullpen.name, bare.name, "ratio"],
    FIGURES.map(({ key, title }) => {
      const [ours, theirs] = [bullpen.summary[key], bare.summary[key]];
      const ratio = key === "redis_us" ? redisTimeRatio.median : ours.median / theirs.median;
      return [title, showSpread(ours, 0), showSpread(theirs, 0), ratio.toFixed(2)];
    }),
  );
  console.log("Commands and scripts that clients send, a query (one more run, every command logged)");
  printCommands(bullpen, bare, (contender) => contender.profile, true);
  console.log("INFO commandstats, a query (evalsha and exec hold the time of what they call)");
  printCommands(bullpen, bare, (contender) => contender.commands, false);
  const verdict = redisTimeRatio.median <= MOST_REDIS_TIME ? "within" : "over";
  console.log(
    `Redis time: ${redisTimeRatio.median.toFixed(2)} times that of bare BullMQ (${redisTimeRatio.min.toFixed(2)}–${redisTimeRatio.max.toFixed(2)}), ${verdict} the ${MOST_REDIS_TIME} allowed`,
  );
}

/** The report as it goes into the results file. */
export function toResults({ options, bullpen, bare, redisTimeRatio }: QueueReport): object {
  return {
    ...options,
    redis_time_ratio: roundAll(redisTimeRatio),
    redis_time_ratio_allowed: MOST_REDIS_TIME,
    bullpen: contenderResults(bullpen),
    bare_bullmq: contenderResults(bare),
  };
}

function contenderResults(contender: ContenderReport): object {
  return {
    summary: Object.fromEntries(
      Object.entries(contender.summary).map(([key, spread]) => [key, roundAll(spread)]),
    ),
    each_round: contender.rounds.map(roundAll),
    client_commands: contender.profile.map(roundAll),
    commandstats: contender.commands.map(roundAll),
  };
}

function printCommands(
  bullpen: ContenderReport,
  bare: ContenderReport,
  commandsOf: (contender: ContenderReport) => readonly CommandCost[],
  withSum: boolean,
): void {
  const [ours, theirs] = [commandsOf(bullpen), commandsOf(bare)];
  const names = [...new Set([...ours, ...theirs].map(({ command }) => command))];
  const rows = names
    .map((command) => ({ command, ours: find(ours, command), theirs: find(theirs, command) }))
    .sort((a, b) => b.ours.us + b.theirs.us - (a.ours.us + a.theirs.us))
    .slice(0, SHOWN_COMMANDS);
  if (withSum) rows.push({ command: "all together", ours: sum(ours), theirs: sum(theirs) });
  printTable(
    ["command", `${bullpen.name}: calls`, "µs", `${bare.name}: calls`, "µs", "µs more"],
    rows.map(({ command, ours, theirs }) => [
      command,
      ours.calls.toFixed(2),
      ours.us.toFixed(1),
      theirs.calls.toFixed(2),
      theirs.us.toFixed(1),
      (ours.us - theirs.us).toFixed(1),
    ]),
  );
}

function find(costs: readonly CommandCost[], command: string): CommandCost {
  return costs.find((cost) => cost.command === command) ?? { command, calls: 0, us: 0 };
}

function sum(costs: readonly CommandCost[]): CommandCost {
  const total = (key: "calls" | "us") => costs.reduce((sum, cost) => sum + cost[key], 0);
  return { command: "all together", calls: total("calls"), us: total("us") };
}
