import { setTimeout as sleep } from "node:timers/promises";
import { RedisCluster } from "../testing/redis-cluster.js";
import type { FailOver, RedisGroup } from "../testing/redis-group.js";
import { RedisSentinels } from "../testing/redis-sentinels.js";
import { until } from "../testing/until.js";
import type { Verdict } from "./check-history.js";
import { Fleet } from "./fleet.js";
import { now } from "./history.js";
import { type InjectedFault, injectFault } from "./injectors/injected-fault.js";
import { idealTurns } from "./query-plan.js";
import { makePlans, Workload } from "./workload.js";

/** Redis as several servers. */
export type Form = "sentinel" | "cluster";

export interface FailOverRun {
  readonly form: Form;
  readonly queries: number;
  readonly say: (line: string) => void;
}

export interface FailOverResult {
  readonly verdict: Verdict;
  readonly faults: readonly InjectedFault[];
  /** From the moment that a new master takes writes until an api is ready and another query has ended. */
  readonly resumedMs: readonly number[];
  readonly seconds: number;
}

const FAIL_OVERS: readonly FailOver[] = ["killed", "handed over", "killed"];

const WORKERS = 2;
const APIS = 2;
const SLOTS = 8;

/** How long the turns alone take: the fail-overs come while the queries run. */
const RUN_MS = 50_000;

/** Part of the queries that come through the apis while the masters change. */
const POSTED_SHARE = 0.2;
const POSTED_TOGETHER = 5;

const DEADLINE_MS = 5 * 60_000;

/** Queries run while the master changes three times; then the checker reads the whole history. */
export async function runFailOvers({ form, queries, say }: FailOverRun): Promise<FailOverResult> {
  const startedAt = now();
  const plans = makePlans(queries);
  const turns = plans.reduce((sum, plan) => sum + idealTurns(plan), 0);
  const turnMs = (RUN_MS * WORKERS * SLOTS) / turns;
  const group = await startGroup(form);
  const fleet = await Fleet.open({
    redis: group,
    slots: SLOTS,
    modelMs: [turnMs * 0.5, turnMs * 1.5],
    toolMs: [20, 100],
  });
  const workload = new Workload(fleet);
  try {
    const posted = Math.floor(queries * POSTED_SHARE);
    await workload.submit(plans.slice(posted));
    const roles = [
      ...Array<"worker">(WORKERS).fill("worker"),
      "tool-worker",
      ...Array<"api">(APIS).fill("api"),
    ] as const;
    await Promise.all(roles.map((role) => fleet.add(role)));
    const everyMs = (RUN_MS * POSTED_TOGETHER) / posted;
    const posting = workload.postAll(plans.slice(0, posted), POSTED_TOGETHER, everyMs);
    const { faults, resumedMs } = await failOverAlong({ group, fleet, workload, queries, say });
    await posting;
    await workload.untilEnded(DEADLINE_MS).catch((error: Error) => say(error.message));
    const verdict = await workload.judge(faults, SLOTS);
    return { verdict, faults, resumedMs, seconds: (now() - startedAt) / 1_000 };
  } finally {
    await fleet.close();
    await workload.close();
    await group.stop();
  }
}

function startGroup(form: Form): Promise<RedisGroup> {
  return form === "sentinel"
    ? RedisSentinels.start({ sentinels: 3, replicas: 2, downMs: 3_000 })
    : RedisCluster.start({ masters: 3, replicas: 3 });
}

interface RunningQueries extends Omit<FailOverRun, "form"> {
  readonly group: RedisGroup;
  readonly fleet: Fleet<RedisGroup>;
  readonly workload: Workload;
}

async function failOverAlong({
  group,
  fleet,
  workload,
  queries,
  say,
}: RunningQueries): Promise<Pick<FailOverResult, "faults" | "resumedMs">> {
  const faults: InjectedFault[] = [];
  const resumedMs: number[] = [];
  for (const [i, how] of FAIL_OVERS.entries()) {
    const after = (queries * (i + 1)) / (FAIL_OVERS.length + 2);
    await until(`${after} queries end`, async () => (await endedOf(workload)) >= after, DEADLINE_MS);
    const fault = await injectFault(`master ${how}`, "redis", async () => {
      const before = await group.masterPort();
      await group.failOver(how);
      return `${before} was the master, ${await group.masterPort()} is`;
    });
    faults.push(fault);
    resumedMs.push(await untilResumed(fleet, workload, fault.until));
    say(`${fault.kind}: ${fault.proof}; work went on after ${Math.round(resumedMs.at(-1) ?? 0)} ms`);
  }
  return { faults, resumedMs };
}

/** @returns milliseconds since `from`. */
async function untilResumed(fleet: Fleet<RedisGroup>, workload: Workload, from: number): Promise<number> {
  const ended = await until("Redis answers", async () => (await endedOf(workload)) || undefined);
  await until("an api is ready", async () => {
    for (const { url } of fleet.of("api")) {
      const reply = await fetch(`${url}/readyz`).catch(() => undefined);
      if (reply?.ok) return true;
    }
    return false;
  });
  await until("another query ends", async () => {
    await sleep(30);
    return (await endedOf(workload)) > ended;
  });
  return now() - from;
}

/** This process meets the fail-over, too: 0 then, so that it asks again. */
function endedOf(workload: Workload): Promise<number> {
  return workload.ended().catch(() => 0);
}
