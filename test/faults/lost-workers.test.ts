import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { QUEUE_TIMES } from "@bullpen/contracts";
import { verifies } from "../source-checks/requirements/requirements.js";
import { until } from "../testing/until.js";
import { select } from "./checks/case.js";
import { heldQueries, readHistory, readHistoryOf } from "./history.js";
import { jumpClock } from "./injectors/clock-jump.js";
import { deliverTwice } from "./injectors/duplicate-delivery.js";
import { kill, terminate } from "./injectors/kill.js";
import { stateOf, stopContinue } from "./injectors/stop-continue.js";
import { assertSound, playScenario, type Scenario } from "./scenario.js";
import { makePlans } from "./workload.js";

const HOUR_MS = 3_600_000;

describe("a worker loses its queries", { concurrency: 5 }, () => {
  test(verifies(["worker-dies"], "killed: they run elsewhere within 15 s, at default settings"), () =>
    playScenario({ slots: 8, modelMs: [1_500, 2_000], times: QUEUE_TIMES }, async (scenario) => {
      const worker = await startBusyWorker(scenario);
      scenario.faults.push(await kill(worker));
      const verdict = await scenario.end();
      assertSound(verdict, scenario);
      assert.ok(verdict.numbers.afterKillMs.alone.length > 0, "it held queries");
      assert.ok(
        (verdict.numbers.afterKillMs.alone.at(-1) ?? 0) <= 15_000,
        `${verdict.numbers.afterKillMs.alone} ms`,
      );
    }),
  );

  test(verifies(["worker-stops"], "SIGTERM: they run elsewhere within 1 s"), () =>
    playScenario({ slots: 8, modelMs: [1_500, 2_000], times: QUEUE_TIMES }, async (scenario) => {
      const worker = await startBusyWorker(scenario);
      scenario.faults.push(await terminate(worker));
      const verdict = await scenario.end();
      assertSound(verdict, scenario);
      assert.ok(verdict.numbers.afterTermMs.alone.length > 0, "it held queries");
      assert.ok(
        (verdict.numbers.afterTermMs.alone.at(-1) ?? 0) <= 1_000,
        `${verdict.numbers.afterTermMs.alone} ms`,
      );
    }),
  );

  test(
    verifies(
      ["clock-jumps"],
      "whatever time of day a worker or tool-worker believes it is, queries end right",
    ),
    () =>
      playScenario({ slots: 2, modelMs: [100, 300] }, async (scenario) => {
        const { fleet, workload, faults } = scenario;
        await Promise.all((["worker", "worker", "tool-worker"] as const).map((role) => fleet.add(role)));
        await workload.submit(makePlans(50));
        const [ahead, behind] = fleet.of("worker");
        const [toolWorker] = fleet.of("tool-worker");
        assert.ok(ahead && behind && toolWorker);
        const jumps = [jumpClock(ahead, HOUR_MS, 5_000), jumpClock(behind, -HOUR_MS, 5_000)];
        faults.push(...(await Promise.all([...jumps, jumpClock(toolWorker, HOUR_MS, 5_000)])));
        assertSound(await scenario.end(), scenario);
      }),
  );

  test(
    verifies(
      ["fencing"],
      "a worker stopped until it lost its lock cannot finish the step that another has taken",
    ),
    async () => {
      // The first worker stops itself during its first turn, before it records it.
      await playScenario({ slots: 1, modelMs: [40, 120] }, async (scenario) => {
        const { fleet, workload, faults } = scenario;
        await fleet.add("tool-worker");
        const sleeper = await fleet.add("worker", {
          armedFault: { boundary: "turn:before", action: "stop", crossings: 1 },
        });
        const { pid } = sleeper;
        await workload.submit(makePlans(6));
        await until("the worker stops", () => stateOf(pid) === "T");
        await fleet.add("worker");
        const { historyFolder: folder, redis } = fleet;
        faults.push(
          await stopContinue({
            member: sleeper,
            folder,
            redis: redis.connection,
            milliseconds: 6_000,
            hasStoppedItself: true,
            mustLoseLock: true,
            untilTakenOver: true,
          }),
        );
        await until("it has tried to record its turn", () => {
          const events = readHistoryOf(folder, pid);
          const stopped = events.findIndex(({ event }) => event.type === "boundary");
          return events.slice(stopped + 1).some(({ event }) => event.type === "run-end");
        });
        const verdict = await scenario.end();
        assertSound(verdict, scenario);
        const events = readHistory(folder);
        const [record] = select(events, "record-start").filter((event) => event.pid === pid);
        const finished = [...workload.accepted.keys()].find((id) => id === record?.query);
        const recorded = (await workload.queues.find(finished ?? ""))?.transcript.steps[0]?.turn.text ?? "";
        assert.ok(record && !recorded.endsWith(record.mark), "another worker's turn is recorded");
      });
    },
  );

  test(
    verifies(
      ["delivered-twice"],
      "a query delivered to two workers at once is answered once, and each of its steps is recorded once",
    ),
    async () => {
      await playScenario({ slots: 2, modelMs: [300, 600] }, async (scenario) => {
        const { fleet, workload, faults } = scenario;
        await Promise.all((["worker", "worker", "tool-worker"] as const).map((role) => fleet.add(role)));
        await workload.submit(makePlans(20));
        for (let i = 0; i < 5; i++) faults.push(await deliverTwice(fleet.redis.connection));
        const verdict = await scenario.end();
        assertSound(verdict, scenario);
        assert.ok(
          verdict.numbers.modelCalls > verdict.numbers.idealModelCalls,
          "a step was taken twice at a time",
        );
        assert.equal(verdict.numbers.completed, 20);
      });
    },
  );
});

/** A worker that holds queries, beside another that always has a slot to spare for them. */
async function startBusyWorker({ fleet, workload }: Scenario) {
  const [worker] = await Promise.all(
    (["worker", "worker", "tool-worker"] as const).map((role) => fleet.add(role)),
  );
  if (!worker) throw new Error("there is no worker");
  await workload.submit(makePlans(7));
  const held = () => heldQueries(readHistoryOf(fleet.historyFolder, worker.pid)).length;
  await until("it holds queries", () => held() >= 2);
  return worker;
}
