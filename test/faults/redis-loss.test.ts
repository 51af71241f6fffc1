import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { verifies } from "../source-checks/requirements/requirements.js";
import { until } from "../testing/until.js";
import { AofCutter, crashRedis, wipeRedis } from "./injectors/redis-crash.js";
import { assertSound, playScenario, type Scenario } from "./scenario.js";
import { makePlans } from "./workload.js";

/** The AOF is on disk every second: what was accepted before this is not lost. */
const FSYNC_MS = 2_000;

describe("Redis dies", { concurrency: 3 }, () => {
  test(verifies(["redis-restarts"], "twice, and comes back on its AOF: every query is answered once"), () =>
    playScenario({ slots: 2, modelMs: [100, 300] }, async (scenario) => {
      const { fleet, faults } = scenario;
      await submitDurably(scenario, 40);
      faults.push(await crashRedis(fleet.redis, 1_500));
      await sleep(2_000);
      faults.push(await crashRedis(fleet.redis, 500));
      assertSound(await scenario.end(), scenario);
    }),
  );

  test(
    verifies(["redis-restarts"], "and the tail of its AOF is lost: what was done twice leaves no trace"),
    () =>
      playScenario({ slots: 2, modelMs: [100, 300] }, async (scenario) => {
        const { workload, faults } = scenario;
        await withCutter(scenario, async (cutter) => {
          await submitDurably(scenario, 40);
          await until("a quarter has ended", async () => (await workload.ended()) >= 10);
          faults.push(await cutter.cut(1_500));
          assertSound(await scenario.end(), scenario);
        });
      }),
  );

  test(
    verifies(
      ["redis-restarts"],
      "with its AOF torn inside a transaction, and once more: no query is stranded",
    ),
    () =>
      playScenario({ slots: 2, modelMs: [100, 300] }, async (scenario) => {
        const { fleet, workload, faults } = scenario;
        await withCutter(scenario, async (cutter) => {
          await submitDurably(scenario, 40);
          await until("some have ended", async () => (await workload.ended()) >= 5);
          faults.push(await cutter.tear());
          const ended = await workload.ended();
          await until("work goes on", async () => (await workload.ended()) > ended);
          // What was left of the transaction takes another job now than it did.
          faults.push(await crashRedis(fleet.redis, 500));
          assertSound(await scenario.end(), scenario);
        });
      }),
  );

  test(
    verifies(
      ["redis-wiped"],
      "and everything is gone: queries in flight are lost, none hangs, and work goes on without a restart",
    ),
    () =>
      playScenario({ slots: 2, modelMs: [100, 300] }, async (scenario) => {
        const { fleet, workload, faults } = scenario;
        await submitDurably(scenario, 20);
        const lost = [...workload.accepted.keys()];
        faults.push(await wipeRedis(fleet.redis));
        workload.accepted.clear();
        await workload.submit(makePlans(20));
        assertSound(await scenario.end(), scenario);
        const found = await Promise.all(lost.map((id) => workload.queues.find(id)));
        assert.ok(
          found.every((record) => record === undefined),
          "a lost query is not known, rather than hanging",
        );
        assert.ok(
          fleet.members.every(({ deaths }) => deaths.length === 0),
          "no process had to be restarted",
        );
      }),
  );
});

async function submitDurably({ fleet, workload }: Scenario, queries: number): Promise<void> {
  await workload.submit(makePlans(queries));
  await sleep(FSYNC_MS);
  await Promise.all((["worker", "worker", "tool-worker"] as const).map((role) => fleet.add(role)));
  await until("work has begun", async () => (await workload.ended()) > 0);
}

async function withCutter({ fleet }: Scenario, run: (cutter: AofCutter) => Promise<void>): Promise<void> {
  const cutter = await AofCutter.open(fleet.redis);
  try {
    await run(cutter);
  } finally {
    cutter.close();
  }
}
