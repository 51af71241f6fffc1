import type { CommandCost } from "../harness/redis-cost.js";
import { spreadOf } from "../harness/statistics.js";
import { describeMachine, writeResults } from "../harness/write-results.js";
import { bareBullmqContender } from "./bare-bullmq-contender.js";
import { bullpenContender } from "./bullpen-contender.js";
import {
  type ContenderReport,
  MOST_REDIS_TIME,
  printReport,
  type QueueBenchmarkOptions,
  type QueueReport,
  toResults,
} from "./report.js";
import { profileCommands, type Round, type RoundFigures, runRound } from "./run-round.js";

/** Redis keeps every command of a profile in memory. */
const PROFILED_QUERIES = 500;

/**
 * What Bullpen costs Redis against the least that BullMQ can do for the same queries. The two take
 * turns, so that whatever else the machine does meets both; only their ratio means something elsewhere.
 */
export async function runQueueBenchmark(options: QueueBenchmarkOptions): Promise<boolean> {
  const rounds: { bullpen: Round; bare: Round }[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    const bullpen = await runRound(bullpenContender, options);
    const bare = await runRound(bareBullmqContender, options);
    rounds.push({ bullpen, bare });
    const [ours, theirs] = [bullpen.figures.redis_us, bare.figures.redis_us];
    console.error(
      `round ${round}/${options.rounds}: Redis ${ours.toFixed(0)} and ${theirs.toFixed(0)} µs a query`,
    );
  }
  const profiled = { ...options, queries: PROFILED_QUERIES };
  const report: QueueReport = {
    options,
    bullpen: summarize(
      bullpenContender.name,
      rounds.map(({ bullpen }) => bullpen),
      await profileCommands(bullpenContender, profiled),
    ),
    bare: summarize(
      bareBullmqContender.name,
      rounds.map(({ bare }) => bare),
      await profileCommands(bareBullmqContender, profiled),
    ),
    redisTimeRatio: spreadOf(
      rounds.map(({ bullpen, bare }) => bullpen.figures.redis_us / bare.figures.redis_us),
    ),
  };
  printReport(report);
  await writeResults("queue", { ...(await describeMachine()), ...toResults(report) });
  return report.redisTimeRatio.median <= MOST_REDIS_TIME;
}

function summarize(name: string, rounds: readonly Round[], profile: readonly CommandCost[]): ContenderReport {
  const figures = rounds.map((round) => round.figures);
  const spread = (key: keyof RoundFigures) => spreadOf(figures.map((figure) => figure[key]));
  const byRedisTime = rounds.toSorted((a, b) => a.figures.redis_us - b.figures.redis_us);
  return {
    name,
    rounds: figures,
    profile,
    commands: byRedisTime[Math.floor(byRedisTime.length / 2)]?.commands ?? [],
    summary: {
      queries_per_s: spread("queries_per_s"),
      redis_us: spread("redis_us"),
      node_us: spread("node_us"),
      bytes_queued: spread("bytes_queued"),
      bytes_kept: spread("bytes_kept"),
    },
  };
}
