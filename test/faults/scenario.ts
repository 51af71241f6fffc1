import assert from "node:assert/strict";
import type { RequirementId } from "../source-checks/requirements/requirements.js";
import { startTestRedis } from "../testing/redis.js";
import type { Verdict } from "./check-history.js";
import { Fleet, type FleetOptions } from "./fleet.js";
import { readHistory } from "./history.js";
import type { InjectedFault } from "./injectors/injected-fault.js";
import { Workload } from "./workload.js";

export interface Scenario {
  readonly fleet: Fleet;
  readonly workload: Workload;
  /** What has happened; the checker excuses nothing that is not here. */
  readonly faults: InjectedFault[];
  /** Waits for all queries and judges the run; a deadline that passes is judged too. */
  end(deadlineMs?: number): Promise<Verdict>;
}

/** A Redis, processes and queries of a test's own, gone with the test. */
export async function playScenario(
  options: Omit<FleetOptions, "redis">,
  play: (scenario: Scenario) => Promise<void>,
): Promise<void> {
  const redis = await startTestRedis();
  const fleet = await Fleet.open({ ...options, redis });
  const workload = new Workload(fleet);
  const faults: InjectedFault[] = [];
  try {
    await play({
      fleet,
      workload,
      faults,
      end: async (deadlineMs = 60_000) => {
        await workload.untilEnded(deadlineMs).catch(() => {}); // what has not ended, the checker names
        return workload.judge(faults, options.slots ?? 4);
      },
    });
  } finally {
    await fleet.close();
    await workload.close();
    await redis.stop();
  }
}

/** The run kept every promise; what it did not is named, with what its processes complained of. */
export function assertSound(verdict: Verdict, { fleet }: Scenario): void {
  if (verdict.violations.length === 0) return;
  const errors = readHistory(fleet.historyFolder).flatMap(({ pid, event }) =>
    event.type === "error" ? [`${pid}: ${event.message}`] : [],
  );
  const broken = verdict.violations.map(({ requirement, what }) => `${requirement}: ${what}`);
  assert.fail([...broken.slice(0, 20), ...new Set(errors.slice(0, 20))].join("\n"));
}

/** The checker caught a broken build by what it says about a requirement. */
export function assertCaught(verdict: Verdict, requirement: RequirementId, pattern: RegExp): void {
  const found = verdict.violations.some((one) => one.requirement === requirement && pattern.test(one.what));
  const said = verdict.violations.slice(0, 5).map((one) => `${one.requirement}: ${one.what}`);
  assert.ok(found, `no ${requirement} ${pattern} among ${verdict.violations.length}: ${said.join("; ")}`);
}
