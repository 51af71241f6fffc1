import { describe, test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { until } from "../testing/until.js";
import type { Verdict } from "./check-history.js";
import { killAtBoundary } from "./injectors/kill.js";
import { stateOf, stopContinue } from "./injectors/stop-continue.js";
import type { Build } from "./process/settings.js";
import { assertCaught, assertSound, playScenario, type Scenario } from "./scenario.js";
import { makePlans } from "./workload.js";

/** Builds whose queries do not end in any time worth waiting for. */
const UNENDING: readonly Build[] = ["random-tool-ids", "holds-the-slot"];

/** The same run for every build; `harm` is the fault that brings the defect out, where it takes one. */
async function runBuild(
  build: Build,
  judge: (verdict: Verdict, scenario: Scenario) => void,
  harm?: (scenario: Scenario) => Promise<void>,
): Promise<void> {
  await playScenario({ build, slots: 2, modelMs: [100, 300], toolMs: [100, 200] }, async (scenario) => {
    await Promise.all((["worker", "tool-worker"] as const).map((role) => scenario.fleet.add(role)));
    await scenario.workload.submit(makePlans(12));
    await harm?.(scenario);
    judge(await scenario.end(UNENDING.includes(build) ? 6_000 : 45_000), scenario);
  });
}

describe(verifies(["checker-bites"], "the checker catches a build that is broken on purpose"), {
  concurrency: 4,
}, () => {
  test("and passes the sound one", () => runBuild("sound", assertSound));

  test("a turn is acknowledged without being written", () =>
    runBuild("forgets-turns", (verdict) =>
      assertCaught(verdict, "steps-once", /was finished by .* and run again/),
    ));

  test("a tool is called before its turn is recorded", () =>
    runBuild("no-write-ahead", (verdict) =>
      assertCaught(verdict, "tools-once", /ran before its turn was written/),
    ));

  test("a turn is called recorded, and a crash after its tool call shows that it was not", () =>
    runBuild(
      "no-write-ahead",
      (verdict) => assertCaught(verdict, "steps-once", /was finished by .* and run again/),
      async ({ fleet, faults }) => {
        const [worker] = fleet.of("worker");
        if (worker) faults.push(await killAtBoundary(worker, fleet.historyFolder, "enqueue:after", 2));
      },
    ));

  test("records are not fenced: the last writer wins", () =>
    runBuild(
      "overwrites-turns",
      (verdict) => assertCaught(verdict, "steps-once", /was overwritten/),
      async ({ fleet, faults }) => {
        // A worker sleeps with an active turn until another has recorded that step.
        const [member] = fleet.of("worker");
        if (!member) return;
        member.arm({ boundary: "model:after", action: "stop", crossings: 1 });
        await until("it stops", () => stateOf(member.pid) === "T");
        await fleet.add("worker");
        const { historyFolder: folder, redis } = fleet;
        const options = { member, folder, redis: redis.connection, milliseconds: 6_000, mustLoseLock: true };
        faults.push(await stopContinue({ ...options, hasStoppedItself: true, untilTakenOver: true }));
      },
    ));

  test("a tool call's id does not follow from its step", () =>
    runBuild("random-tool-ids", (verdict) =>
      assertCaught(verdict, "tools-once", /ran again after its outcome/),
    ));

  test("a query keeps its slot while its tool runs", () =>
    runBuild("holds-the-slot", (verdict) => assertCaught(verdict, "waiting-holds-no-slot", /held its slot/)));

  test("a query gets another's turn", () =>
    runBuild("mixes-up-queries", (verdict) => assertCaught(verdict, "query-once", /wrong answer/)));
});
