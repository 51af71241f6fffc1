import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { until } from "../testing/until.js";
import { select } from "./checks/case.js";
import { readHistoryOf } from "./history.js";
import { cutNetwork, delayNetwork, strandNetwork, swallowNetwork } from "./injectors/network.js";
import { assertSound, playScenario, type Scenario } from "./scenario.js";
import { makePlans } from "./workload.js";

/** Longer than lock and stalled check together. */
const LOCK_LOST_MS = 7_500;

describe(verifies(["network-breaks"], "a process whose way to Redis breaks"), { concurrency: 3 }, () => {
  test("is cut off and comes back, then finds Redis slow", () =>
    playScenario({ slots: 2, modelMs: [50, 150] }, async (scenario) => {
      const { fleet, workload, faults } = scenario;
      await startTwoWorkers(scenario);
      await workload.submit(makePlans(60));
      const [worker] = fleet.of("worker");
      const [toolWorker] = fleet.of("tool-worker");
      assert.ok(worker && toolWorker);
      faults.push(await cutNetwork(worker, 1_500), await cutNetwork(toolWorker, 1_500));
      faults.push(await delayNetwork(worker, 700, 3_000), await delayNetwork(toolWorker, 700, 3_000));
      assertSound(await scenario.end(), scenario);
    }));

  test("hears nothing until its locks are lost, and finishes nothing that another has taken", () =>
    playScenario({ slots: 2, modelMs: [50, 150] }, async (scenario) => {
      const { fleet, workload, faults } = scenario;
      await startTwoWorkers(scenario);
      await workload.submit(makePlans(40));
      const [worker] = fleet.of("worker");
      assert.ok(worker);
      faults.push(await swallowNetwork(worker, LOCK_LOST_MS));
      assertSound(await scenario.end(), scenario);
    }));

  test("has half-open connections: its queries go on elsewhere, and it comes back", () =>
    playScenario({ slots: 2, modelMs: [50, 150] }, async (scenario) => {
      const { fleet, workload, faults } = scenario;
      await startTwoWorkers(scenario);
      await workload.submit(makePlans(20));
      const [worker] = fleet.of("worker");
      assert.ok(worker);
      faults.push(await strandNetwork(worker));
      assertSound(await scenario.end(), scenario);
      const runs = () => select(readHistoryOf(fleet.historyFolder, worker.pid), "run-start").length;
      const before = runs();
      // The other worker may be faster for once; sooner or later this one takes some again.
      await until("it takes queries again", async () => {
        await workload.submit(makePlans(10));
        assertSound(await scenario.end(), scenario);
        return runs() > before;
      });
    }));
});

async function startTwoWorkers({ fleet }: Scenario): Promise<void> {
  await Promise.all((["worker", "worker", "tool-worker"] as const).map((role) => fleet.add(role)));
}
