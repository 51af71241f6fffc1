import assert from "node:assert/strict";
import { test } from "node:test";
import type { Stack, StackApp } from "@bullpen/cli/stack/start-stack";
import { BullpenClient } from "@bullpen/client";
import { startTestStack } from "../testing/stack.js";
import { until } from "../testing/until.js";

const QUERIES = 200;
/**
 * A kill follows each of these numbers of finished queries. The worker is killed twice: a query that
 * happens to run at a third death, at the same step, is given up as poison, and rightly so.
 */
const KILLS: [finished: number, app: StackApp][] = [
  [10, "worker"],
  [40, "tool-worker"],
  [70, "worker"],
  [100, "tool-worker"],
  [130, "tool-worker"],
];

test("kill -9 of worker and tool-worker during 200 queries loses nothing and answers each once", async () => {
  const stack = await startTestStack();
  try {
    const queries = Array.from({ length: QUERIES }, (_, i) => ({
      custom_id: `sum-${i}`,
      query: `What is ${1_000 + i * 37} plus ${200 + i * 11}?`,
    }));
    let finished = 0;
    const killed = killAlong(stack, () => finished);
    const finishedIndexes: number[] = [];
    const client = new BullpenClient({ url: stack.apiUrl });
    const views = await client.queries.runAll(queries, {
      onEnded: (_view, index) => {
        finished++;
        finishedIndexes.push(index);
      },
    });
    assert.equal(await killed, KILLS.length);
    assert.deepEqual(
      views.map((view) => [view.custom_id, view.status]),
      queries.map((query) => [query.custom_id, "completed"]),
    );
    assert.equal(new Set(finishedIndexes).size, QUERIES);
    assert.equal(new Set(views.map((view) => view.id)).size, QUERIES);
    // Whatever the model made of it, no observation is missing from a transcript that went on.
    assert.ok(views.every((view) => view.steps.every((step) => step.observation !== null)));
    const right = views.filter((view, i) => view.answer?.includes(String(1_200 + i * 48)));
    assert.ok(right.length >= QUERIES * 0.9, `${right.length} of ${QUERIES} sums are right`);
    const [counts] = await client.queues.list();
    assert.equal(counts?.completed, QUERIES, "each job completed once");
  } finally {
    await stack.stop();
  }
});

/** Kills processes as the run goes on; each time waits for the next life before the next kill. */
async function killAlong(stack: Stack, finished: () => number): Promise<number> {
  let kills = 0;
  for (const [after, app] of KILLS) {
    await until(`${after} queries are finished`, () => finished() >= after, 300_000);
    const { pid } = stack.process(app);
    if (pid === undefined) throw new Error(`${app} does not run`);
    process.kill(pid, "SIGKILL");
    kills++;
    await until(`${app} runs again`, () => stack.process(app).pid !== pid, 60_000);
  }
  return kills;
}
