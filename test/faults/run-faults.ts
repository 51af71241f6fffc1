import { setTimeout as sleep } from "node:timers/promises";
import { QUEUE_TIMES } from "@bullpen/contracts";
import { startTestRedis } from "../testing/redis.js";
import type { Verdict } from "./check-history.js";
import { type PlannedFault, planFaults, seededRandom } from "./fault-plan.js";
import { Fleet } from "./fleet.js";
import { now } from "./history.js";
import type { InjectedFault } from "./injectors/injected-fault.js";
import { FaultDidNotOccurError } from "./injectors/injected-fault.js";
import { AofCutter } from "./injectors/redis-crash.js";
import { idealTurns } from "./query-plan.js";
import { makePlans, Workload } from "./workload.js";

export interface FaultRun {
  readonly queries: number;
  readonly faults: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface FaultRunResult {
  readonly verdict: Verdict;
  readonly faults: readonly InjectedFault[];
  /** Queries that were accepted in the last moments before Redis lost its tail, and went with it. */
  readonly lost: number;
  readonly seconds: number;
}

const WORKERS = 4;
const TOOL_WORKERS = 2;
const APIS = 2;
const SLOTS = 6;

/** Time from the start of one fault to the start of the next. Long ones overlap with the next. */
const FAULT_EVERY_MS = 9_000;

/** Time for the first queries to begin, and for what was accepted to be on disk. */
const CALM_MS = 3_000;

/** Part of the slots' time that turns take up; the rest goes to the queue and to the faults. */
const BUSY_SHARE = 0.95;

/** Part of the queries that come through the apis while the faults go on; the others are there before. */
const POSTED_SHARE = 0.1;
const POSTED_TOGETHER = 5;

const DEADLINE_MS = 30 * 60_000;

/** Random faults, chosen from a seed, while queries run; then everything is judged. */
export async function runFaults(run: FaultRun): Promise<FaultRunResult> {
  const startedAt = now();
  const redis = await startTestRedis();
  // As long a turn as spreads the queries over the faults.
  const plans = makePlans(run.queries);
  const turns = plans.reduce((sum, plan) => sum + idealTurns(plan), 0);
  const turnMs = Math.max(50, (run.faults * FAULT_EVERY_MS * WORKERS * SLOTS * BUSY_SHARE) / turns);
  const fleet = await Fleet.open({
    redis,
    slots: SLOTS,
    times: QUEUE_TIMES,
    modelMs: [turnMs * 0.5, turnMs * 1.5],
    toolMs: [20, 200],
  });
  const workload = new Workload(fleet);
  const aof = await AofCutter.open(redis);
  const stopSaying = sayProgress(run, workload);
  try {
    const posted = Math.floor(run.queries * POSTED_SHARE);
    await workload.submit(plans.slice(posted));
    const roles = [
      ...Array(WORKERS).fill("worker"),
      ...Array(TOOL_WORKERS).fill("tool-worker"),
      ...Array(APIS).fill("api"),
    ] as const;
    await Promise.all(roles.map((role) => fleet.add(role)));
    await sleep(CALM_MS);
    const plan = planFaults(run.faults, { fleet, aof, random: seededRandom(run.seed) });
    const everyMs = (run.faults * FAULT_EVERY_MS * POSTED_TOGETHER) / posted;
    const posting = workload.postAll(plans.slice(0, posted), POSTED_TOGETHER, everyMs);
    const faults = await injectAll(plan, run);
    await posting;
    const lost = await workload.forgiveLost(faults);
    await workload.untilEnded(DEADLINE_MS).catch((error: Error) => run.say(error.message));
    run.say("judging");
    const verdict = await workload.judge(faults, SLOTS);
    return { verdict, faults, lost, seconds: (now() - startedAt) / 1_000 };
  } finally {
    stopSaying();
    aof.close();
    await fleet.close();
    await workload.close();
    await redis.stop();
  }
}

async function injectAll(plan: readonly PlannedFault[], { say }: FaultRun): Promise<InjectedFault[]> {
  const faults: InjectedFault[] = [];
  const running: Promise<void>[] = [];
  for (const [i, fault] of plan.entries()) {
    const injected = fault.inject().then(
      (occurred) => {
        faults.push(occurred);
        say(`fault ${i + 1}/${plan.length}: ${occurred.kind}: ${occurred.proof}`);
      },
      (error: Error) => {
        if (!(error instanceof FaultDidNotOccurError)) throw error;
        say(`fault ${i + 1}/${plan.length}: ${fault.name} did not occur: ${error.message}`);
      },
    );
    running.push(injected);
    // Faults of Redis come alone; the others overlap.
    await Promise.all(
      fault.name.match(/Redis|AOF/) ? [injected, sleep(FAULT_EVERY_MS)] : [sleep(FAULT_EVERY_MS)],
    );
  }
  await Promise.all(running);
  return faults;
}

function sayProgress({ queries, say }: FaultRun, workload: Workload): () => void {
  const timer = setInterval(async () => {
    const ended = await workload.ended().catch(() => undefined);
    if (ended !== undefined) say(`${ended} of ${queries} ended`);
  }, 15_000);
  return () => clearInterval(timer);
}
