import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId } from "@bullpen/contracts";
import type { Job } from "bullmq";
import { startTestQueues, type TestQueues } from "../testing/start-test-queues.js";
import type { TranscriptSession } from "../transcripts/transcript-session.js";
import { type Admission, Suspects } from "./suspects.js";

const { signal } = new AbortController();

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

/** A query that has recorded nothing, taken after so many stalls. */
function taken(queryId: string, stalls: number): [Job, TranscriptSession] {
  const session = { leased: { queryId }, transcript: { steps: [], end: undefined } };
  // Casts: the parts that admission reads.
  return [{ stalledCounter: stalls } as Job, session as unknown as TranscriptSession];
}

function release(admission: Admission): void {
  assert.ok("release" in admission);
  admission.release();
}

test("a query that never stalled runs at once, and costs Redis nothing", async () => {
  const id = newId("query");
  release(await new Suspects(queues.redis).admit(...taken(id, 0), signal));
  assert.equal(await queues.redis.exists(`{bullpen}:transcript:${id}`), 0);
});

test("after one crash queries run side by side, after two one at a time", async () => {
  const [one, two] = [newId("query"), newId("query")];
  const first = new Suspects(queues.redis);
  // Neither is released: they run at the same time.
  await Promise.all([one, two].map((id) => first.admit(...taken(id, 1), signal)));
  const second = new Suspects(queues.redis);
  const running = await second.admit(...taken(one, 2), signal);
  const waiting = second.admit(...taken(two, 2), signal);
  const early = await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 20, "waits"))]);
  assert.equal(early, "waits");
  release(running);
  release(await waiting);
});

test("a query that ran at its third crash is given up; one that only waited is not", async () => {
  const [guilty, bystander] = [newId("query"), newId("query")];
  for (const stalls of [1, 2]) {
    await new Suspects(queues.redis).admit(...taken(guilty, stalls), signal);
  }
  await new Suspects(queues.redis).admit(...taken(bystander, 1), signal);
  const third = new Suspects(queues.redis);
  const admission = await third.admit(...taken(guilty, 3), signal);
  assert.ok("poison" in admission);
  assert.equal(admission.poison.status === "failed" && admission.poison.error.code, "worker_lost");
  release(await third.admit(...taken(bystander, 3), signal));
});

test("a suspect that waits for its turn is let go when its signal aborts", async () => {
  const id = newId("query");
  const suspects = new Suspects(queues.redis);
  await suspects.admit(...taken(id, 1), signal);
  await suspects.admit(...taken(id, 2), signal);
  const stop = new Error("stop");
  const other = newId("query");
  await suspects.admit(...taken(other, 1), signal);
  await assert.rejects(suspects.admit(...taken(other, 2), AbortSignal.abort(stop)), stop);
});
