import { availableParallelism, loadavg } from "node:os";
import { printTable } from "../harness/print-table.js";
import { roundAll } from "../harness/statistics.js";
import { describeMachine, writeResults } from "../harness/write-results.js";
import { type FleetRound, runFleetRound } from "./run-fleet-round.js";
import { readTurnTimes } from "./turn-times.js";

export interface FleetOptions {
  /** Those of the largest fleet; smaller ones are measured before. */
  readonly workers: number;
  /** Slots of a worker. */
  readonly concurrency: number;
  /** How long each fleet is measured. */
  readonly seconds: number;
}

/**
 * What one Redis takes of growing fleets: real Redis, queues, agent loop and transcripts; the models sleep as long as turns
 * of a model server take. All workers share one process here, so that Redis has a core of its own on a machine with two.
 */
export async function runFleetBenchmark(options: FleetOptions): Promise<boolean> {
  const { workers, concurrency: slots, seconds } = options;
  const turnTimes = await readTurnTimes();
  const sizes = [workers / 64, workers / 16, workers / 8, workers / 4, workers].map(Math.ceil);
  const rounds: FleetRound[] = [];
  for (const size of new Set(sizes)) {
    const round = await runFleetRound({ workers: size, slots, seconds, turnTimes });
    rounds.push(round);
    console.error(`${size} workers: ${round.queries_per_s.toFixed(0)} queries/s`);
  }
  console.log(
    `\nWorkers of ${slots} slots on one Redis; a turn takes ${turnTimes.meanMs.toFixed(0)} ms on average\n`,
  );
  printTable(
    [
      "workers",
      "queries/s",
      "wanted",
      "Redis cores",
      "Redis µs a query",
      "workers' cores",
      "wait p50",
      "p95",
      "p99 ms",
    ],
    rounds.map((round) => [
      String(round.workers),
      round.queries_per_s.toFixed(0),
      round.wanted_queries_per_s.toFixed(0),
      round.redis_cores.toFixed(2),
      round.redis_us.toFixed(0),
      round.worker_cores.toFixed(2),
      round.wait_p50_ms.toFixed(0),
      round.wait_p95_ms.toFixed(0),
      round.wait_p99_ms.toFixed(0),
    ]),
  );
  const cheapest = Math.min(...rounds.map((round) => round.redis_us));
  const end = 1e6 / cheapest;
  console.log(
    `One core of Redis ends at about ${end.toFixed(0)} queries/s of two turns (${cheapest.toFixed(0)} µs each).`,
  );
  console.log("Where the workers' cores are near 1, this simulation is the limit and not Redis.");
  sayWhetherBusy();
  await writeResults("fleet", {
    ...(await describeMachine()),
    ...{ slots, seconds, mean_turn_ms: turnTimes.meanMs, queries_per_s_of_a_redis_core: end },
    rounds: rounds.map(roundAll),
  });
  return rounds.every((round) => round.queries_per_s > 0);
}

/** Whoever shares the cores takes them from the workers and from Redis alike. Redis and this process use two themselves. */
function sayWhetherBusy(): void {
  const [load = 0] = loadavg();
  if (load <= availableParallelism() + 1) return;
  console.log(
    `The machine is busy with other work (load ${load.toFixed(0)}): measure again when it is quiet.`,
  );
}
