import { setTimeout as sleep } from "node:timers/promises";
import type { AgentJob } from "@bullpen/contracts";
import { openBullpen } from "../harness/bullpen.js";
import { startFreshRedis } from "../harness/fresh-redis.js";
import { printTable } from "../harness/print-table.js";
import { roundAll, type Spread, showSpread, spreadOf } from "../harness/statistics.js";
import { until } from "../harness/until.js";
import { agentJob, callToolOnce } from "../harness/workload.js";
import { describeMachine, writeResults } from "../harness/write-results.js";

/** How much longer than alone the small tenant may take behind the large one. */
const MOST_WAIT = 3;

/** The small tenant's queries. */
const SMALL_QUERIES = 20;

/** Time of one turn of the model. */
const TURN_MS = 2;

/** Queries of the large tenant that have ended when the small one submits: the workers are in full swing. */
const UNDER_WAY = 500;

/** A small tenant that waits longer than this is taken for starved forever. */
const LONGEST_WAIT_MS = 600_000;

const LARGE = "tenant-a";
const SMALL = "tenant-b";

export interface FairnessOptions {
  /** The large tenant's queries. */
  readonly queries: number;
  readonly rounds: number;
  readonly concurrency: number;
}

interface FairnessRound {
  readonly alone_ms: number;
  readonly behind_ms: number;
  readonly times: number;
}

/** How long the last query of a small tenant takes behind those of a large one that came first. */
export async function runFairnessBenchmark(options: FairnessOptions): Promise<boolean> {
  const rounds: FairnessRound[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    const alone = await timeSmallTenant(0, options.concurrency);
    const behind = await timeSmallTenant(options.queries, options.concurrency);
    rounds.push({ alone_ms: alone, behind_ms: behind, times: behind / alone });
    console.error(
      `round ${round}/${options.rounds}: alone ${alone.toFixed(0)} ms, behind ${behind.toFixed(0)} ms`,
    );
  }
  const times = spreadOf(rounds.map((round) => round.times));
  await report(options, rounds, times);
  return times.median <= MOST_WAIT;
}

/** Milliseconds from the small tenant's submission to the end of its last query. */
async function timeSmallTenant(largeQueries: number, concurrency: number): Promise<number> {
  const redis = await startFreshRedis();
  const ended = { [LARGE]: 0, [SMALL]: 0 };
  const bullpen = openBullpen({
    redis: redis.connection,
    concurrency,
    script: async (...turn) => {
      await sleep(TURN_MS);
      return callToolOnce(...turn);
    },
    onEnding: ({ job }) => {
      if (job.tenant === LARGE || job.tenant === SMALL) ended[job.tenant]++;
    },
  });
  try {
    // Alone too: the first queries meet code that has not been compiled, which is no matter of fairness.
    await bullpen.submit(jobsOf(LARGE, UNDER_WAY + largeQueries));
    const workers = await bullpen.startWorkers();
    await until("under way", async () => ended[LARGE] >= UNDER_WAY, LONGEST_WAIT_MS);
    const startedAt = performance.now();
    await bullpen.submit(jobsOf(SMALL, SMALL_QUERIES));
    await until("small tenant", async () => ended[SMALL] >= SMALL_QUERIES, LONGEST_WAIT_MS, 1);
    const elapsed = performance.now() - startedAt;
    await workers.stop();
    await bullpen.queues.close();
    return elapsed;
  } finally {
    await redis.stop();
  }
}

function jobsOf(tenant: string, count: number): AgentJob[] {
  return Array.from({ length: count }, (_, i) => agentJob(i, tenant));
}

async function report(
  options: FairnessOptions,
  rounds: readonly FairnessRound[],
  times: Spread,
): Promise<void> {
  const spreads = {
    alone_ms: spreadOf(rounds.map((round) => round.alone_ms)),
    behind_ms: spreadOf(rounds.map((round) => round.behind_ms)),
    times,
  };
  console.log(
    `\n${SMALL_QUERIES} queries of one tenant behind ${options.queries} of another, one tool call each, ${TURN_MS} ms a turn, concurrency ${options.concurrency}; median (lowest–highest) of ${options.rounds} rounds\n`,
  );
  printTable(
    ["", "until the last has ended"],
    [
      ["alone, ms", showSpread(spreads.alone_ms, 0)],
      ["behind the other, ms", showSpread(spreads.behind_ms, 0)],
      ["times", showSpread(times, 1)],
    ],
  );
  const verdict = times.median <= MOST_WAIT ? "within" : "over";
  console.log(`${times.median.toFixed(1)} times as long, ${verdict} the ${MOST_WAIT} allowed`);
  await writeResults("fairness", {
    ...(await describeMachine()),
    ...options,
    small_queries: SMALL_QUERIES,
    turn_ms: TURN_MS,
    times_allowed: MOST_WAIT,
    summary: Object.fromEntries(Object.entries(spreads).map(([key, spread]) => [key, roundAll(spread)])),
    each_round: rounds.map(roundAll),
  });
}
