import assert from "node:assert/strict";
import { test } from "node:test";
import type { Stack, StackApp } from "@bullpen/cli/stack/start-stack";
import { BullpenClient } from "@bullpen/client";
import OpenAI from "openai";
import { verifies } from "../source-checks/requirements/requirements.js";
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

const TITLE =
  "kill -9 of worker and tool-worker during 200 queries, and responses that stream, loses nothing and answers each once";

test(verifies(["openai-clients"], TITLE), async () => {
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
    const responses = streamUntil(stack, killed);
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
    assert.equal(counts?.completed, QUERIES + (await responses), "each job completed once");
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

/**
 * Streams one response after the other until `end`, in two lanes: each comes to its end whatever dies meanwhile, and its
 * events are the same when they are read again. Returns how many they were.
 */
async function streamUntil(stack: Stack, end: Promise<unknown>): Promise<number> {
  const client = new OpenAI({ baseURL: `${stack.apiUrl}/v1`, apiKey: "none", maxRetries: 0 });
  let hasEnded = false;
  void end.finally(() => {
    hasEnded = true;
  });
  const lane = async (number: number) => {
    let count = 0;
    for (; !hasEnded; count++) {
      const stream = await client.responses.create({
        model: "demo",
        input: `What is ${1_000 + count * 37} plus ${200 + number}?`,
        tools: [{ type: "code_interpreter", container: { type: "auto" } }],
        // At temperature 0 an answer that is started again is the same.
        ...{ temperature: 0, stream: true, background: true },
      });
      const events = await eventsOf(stream);
      const last = events.at(-1);
      assert.ok(last?.type === "response.completed", JSON.stringify(last));
      const { id, output } = last.response;
      assert.deepEqual(await eventsOf(await client.responses.retrieve(id, { stream: true })), events);
      const message = output.at(-1);
      const [part] = message?.type === "message" ? message.content : [];
      const deltas = events.flatMap((event) =>
        event.type === "response.output_text.delta" ? event.delta : [],
      );
      assert.equal(deltas.join(""), part?.type === "output_text" && part.text);
    }
    return count;
  };
  const counts = await Promise.all([lane(0), lane(1)]);
  assert.ok(counts.every((count) => count > 0));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function eventsOf(
  stream: AsyncIterable<OpenAI.Responses.ResponseStreamEvent>,
): Promise<OpenAI.Responses.ResponseStreamEvent[]> {
  const events: OpenAI.Responses.ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}
