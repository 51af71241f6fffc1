import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BUILT_IN_TOOLS, toolQueueName } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { Queue } from "bullmq";
import { verifies } from "../source-checks/requirements/requirements.js";
import { until } from "../testing/until.js";
import { postQueries } from "./api-client.js";
import { killAtBoundary, selfKillOf } from "./injectors/kill.js";
import type { Member } from "./member.js";
import { TOOL_WORKER_BOUNDARIES, WORKER_BOUNDARIES } from "./process/boundaries.js";
import { assertSound, playScenario, type Scenario } from "./scenario.js";
import { makePlans } from "./workload.js";

const SLOTS = 2;
const QUERIES = 150;
/** So many queries are open at least while processes are killed: each comes to every boundary, however slowly. */
const LEAST_OPEN = 60;

/** Longer than a call takes after its tool-worker's death, on any machine. */
const ENOUGH_MS = 120_000;

/** More writes than accepting a few queries takes. */
const MOST_WRITES = 20;

describe("SIGKILL at every boundary", { concurrency: 2 }, () => {
  test(
    verifies(
      ["steps-once", "tools-once", "tool-worker-dies", "votes"],
      "SIGKILL of a worker and a tool-worker before and after each write, amid votes as well, loses and repeats nothing finished",
    ),
    async () => {
      await playScenario({ slots: SLOTS, modelMs: [40, 120] }, async (scenario) => {
        const { fleet, workload, faults } = scenario;
        await Promise.all(
          (["worker", "worker", "worker", "tool-worker", "tool-worker"] as const).map((role) =>
            fleet.add(role),
          ),
        );
        await workload.submit(makePlans(QUERIES));
        const killed = Promise.all([killWorkers(scenario), killToolWorkers(scenario)]);
        await keepBusyUntil(killed, scenario);
        assert.equal(faults.length, WORKER_BOUNDARIES.length + TOOL_WORKER_BOUNDARIES.length);
        const verdict = await scenario.end();
        assertSound(verdict, scenario);
        assert.equal(verdict.numbers.completed, workload.accepted.size);
        // Each worker's death cost at most the turns that it had in flight.
        const extra = verdict.numbers.modelCalls - verdict.numbers.idealModelCalls;
        assert.ok(extra <= WORKER_BOUNDARIES.length * SLOTS, `${extra} turns more than the ideal`);
      });
    },
  );

  test(
    verifies(
      ["api-dies", "post-idempotent"],
      "SIGKILL of the api before and after each write of a submission, which is sent again: each query is answered, once",
    ),
    async () => {
      await playScenario({ slots: 4, modelMs: [20, 60] }, async (scenario) => {
        const { fleet, workload, faults } = scenario;
        const [api] = await Promise.all(
          (["api", "worker", "tool-worker"] as const).map((role) => fleet.add(role)),
        );
        assert.ok(api);
        const plans = makePlans(3);
        const submit = async (key: string) => {
          const ids = await postQueries(api, plans, key);
          ids?.forEach((id, i) => {
            const plan = plans[i];
            if (plan) workload.accepted.set(id, plan);
          });
          return ids !== undefined;
        };
        /** Whether the api came as far as this write and died there. */
        const killAt = async (boundary: string, crossings: number) => {
          const key = `${boundary} ${crossings}`;
          const { pid } = await api.ready();
          api.arm({ boundary, action: "kill", crossings });
          if (await submit(key)) return false;
          await until("the api is gone", () => api.deaths.some((death) => death.pid === pid));
          faults.push(selfKillOf(api, fleet.historyFolder, pid, boundary));
          await api.ready();
          assert.ok(await submit(key), "the same request is accepted when it is sent again");
          return true;
        };
        let writes = 0;
        while (writes < MOST_WRITES && (await killAt("write:before", writes + 1))) writes++;
        // After one write is before the next, but for the last.
        assert.ok(writes >= 2 && (await killAt("write:after", writes)), `killed at ${writes} writes`);
        assertSound(await scenario.end(), scenario);
        const listed = await workload.queues.list("default", undefined, 1_000);
        assert.equal(listed.length, workload.accepted.size, "nothing was taken twice");
      });
    },
  );
});

/** Submits more queries whenever few are left. */
async function keepBusyUntil(done: Promise<unknown>, { workload }: Scenario): Promise<void> {
  let isDone = false;
  const settled = done.finally(() => {
    isDone = true;
  });
  const refill = async () => {
    while (!isDone) {
      const { size } = workload.accepted;
      if (size - (await workload.ended()) < LEAST_OPEN) {
        await workload.submit(makePlans(size + LEAST_OPEN).slice(size));
      }
      await sleep(200);
    }
  };
  await Promise.all([settled, refill()]);
}

/** Each worker dies at its share of the boundaries, one life after the other, in full work. */
async function killWorkers({ fleet, faults }: Scenario): Promise<void> {
  const workers = fleet.of("worker");
  const killAlong = async (worker: Member, share: readonly string[]) => {
    for (const boundary of share) faults.push(await killAtBoundary(worker, fleet.historyFolder, boundary, 2));
  };
  await Promise.all(
    workers.map((worker, i) =>
      killAlong(
        worker,
        WORKER_BOUNDARIES.filter((_, k) => k % workers.length === i),
      ),
    ),
  );
}

/**
 * The tool-workers die in turn. The next death waits for the calls that were active at the last: a call that is
 * active at three deaths is given up, and is meant to be.
 */
async function killToolWorkers({ fleet, faults }: Scenario): Promise<void> {
  const toolWorkers = fleet.of("tool-worker");
  for (const [k, boundary] of TOOL_WORKER_BOUNDARIES.entries()) {
    const toolWorker = toolWorkers[k % toolWorkers.length];
    assert.ok(toolWorker);
    faults.push(await killAtBoundary(toolWorker, fleet.historyFolder, boundary, 2));
    const calls = await activeCalls(fleet.redis.connection);
    const haveEnded = async () => {
      const active = await activeCalls(fleet.redis.connection);
      return calls.every((call) => !active.includes(call));
    };
    await until("the calls that were active end", haveEnded, ENOUGH_MS);
  }
}

/** Ids of the calls that a tool-worker has taken and not finished, as BullMQ keeps them. */
async function activeCalls(redis: Redis): Promise<string[]> {
  const taken = await Promise.all(
    BUILT_IN_TOOLS.map(async ({ queue: name }) => {
      const queue = new Queue(toolQueueName(name), { connection: redis, prefix: KEY_PREFIX });
      try {
        const jobs = await queue.getJobs(["active", "wait", "prioritized", "delayed"]);
        return jobs.filter((job) => job !== undefined && (job.attemptsStarted > 0 || job.processedOn));
      } finally {
        await queue.close();
      }
    }),
  );
  return taken.flat().map((job) => job.id ?? "");
}
