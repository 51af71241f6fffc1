import { setTimeout as sleep } from "node:timers/promises";
import { readCommandProfile, startCommandProfile } from "../harness/command-profile.js";
import { type FreshRedis, startFreshRedis } from "../harness/fresh-redis.js";
import { type CommandCost, costBetween, readDataBytes, readRedisCost } from "../harness/redis-cost.js";
import { until } from "../harness/until.js";
import type { Contender, Contest } from "./contender.js";

/** What one contender needed for one query in one round. Times in microseconds. */
export interface RoundFigures {
  readonly queries_per_s: number;
  /** CPU of Redis' main thread. */
  readonly redis_us: number;
  /** CPU of the process that submits and works. */
  readonly node_us: number;
  readonly bytes_queued: number;
  readonly bytes_kept: number;
}

export interface Round {
  readonly figures: RoundFigures;
  /** By INFO commandstats; calls and microseconds a query. What scripts call has rows of its own. */
  readonly commands: readonly CommandCost[];
}

export interface RoundOptions {
  readonly queries: number;
  readonly concurrency: number;
}

/** Before anything is measured: scripts get loaded, code gets compiled, streams and counters exist. */
const WARM_UP_QUERIES = 500;

/** A round that makes no end in this time hangs. */
const LONGEST_ROUND_MS = 600_000;

/** Redis looks at its clients' buffers about once a second; before that its figures are not those of now. */
const SETTLE_MS = 1_500;

export async function runRound(contender: Contender, options: RoundOptions): Promise<Round> {
  return withContest(contender, options, async (contest, { connection }) => {
    const bytesBefore = await readDataBytes(connection);
    const before = await readRedisCost(connection);
    const nodeBefore = process.cpuUsage();
    const startedAt = performance.now();
    await contest.submit(options.queries);
    const submittedMs = performance.now() - startedAt;
    await sleep(SETTLE_MS);
    const bytesQueued = await readDataBytes(connection);
    const workedMs = await work(contest, options.queries);
    const node = process.cpuUsage(nodeBefore);
    const cost = costBetween(before, await readRedisCost(connection));
    await contest.check();
    await sleep(SETTLE_MS);
    return {
      commands: perQuery(cost.commands, options.queries),
      figures: {
        queries_per_s: options.queries / ((submittedMs + workedMs) / 1_000),
        redis_us: cost.cpuUs / options.queries,
        node_us: (node.user + node.system) / options.queries,
        bytes_queued: (bytesQueued - bytesBefore) / options.queries,
        bytes_kept: ((await readDataBytes(connection)) - bytesBefore) / options.queries,
      },
    };
  });
}

/** Which commands and scripts a contender sends: calls and microseconds a query, most time first. */
export async function profileCommands(contender: Contender, options: RoundOptions): Promise<CommandCost[]> {
  return withContest(contender, options, async (contest, { connection }) => {
    await startCommandProfile(connection);
    await contest.submit(options.queries);
    await work(contest, options.queries);
    return perQuery(await readCommandProfile(connection), options.queries);
  });
}

async function withContest<T>(
  contender: Contender,
  { concurrency }: RoundOptions,
  measure: (contest: Contest, redis: FreshRedis) => Promise<T>,
): Promise<T> {
  const redis = await startFreshRedis();
  try {
    const contest = contender.open(redis.connection, concurrency);
    await contest.submit(WARM_UP_QUERIES);
    await work(contest, WARM_UP_QUERIES);
    await sleep(SETTLE_MS);
    const result = await measure(contest, redis);
    await contest.close();
    return result;
  } finally {
    await redis.stop();
  }
}

/** Answers the `count` queries that are queued; returns the milliseconds until the last was completed. */
async function work(contest: Contest, count: number): Promise<number> {
  const [answeredBefore, completedBefore] = [contest.answered(), await contest.completed()];
  const startedAt = performance.now();
  const workers = await contest.startWorkers();
  // Redis is asked only when all seem done, so that asking is no part of what is measured.
  await until("all answered", async () => contest.answered() - answeredBefore >= count, LONGEST_ROUND_MS);
  await until(
    "all completed",
    async () => (await contest.completed()) - completedBefore >= count,
    LONGEST_ROUND_MS,
  );
  const elapsed = performance.now() - startedAt;
  await workers.stop();
  return elapsed;
}

/** Most time first. */
function perQuery(costs: readonly CommandCost[], queries: number): CommandCost[] {
  return costs
    .map(({ command, calls, us }) => ({ command, calls: calls / queries, us: us / queries }))
    .sort((a, b) => b.us - a.us);
}
