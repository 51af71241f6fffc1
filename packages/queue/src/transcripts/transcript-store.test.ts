import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId, type Turn, toolJobId } from "@bullpen/contracts";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { type LeasedJob, parseTranscript, type TranscriptSnapshot } from "./transcript-store.js";

const EMPTY: TranscriptSnapshot = { transcript: { steps: [], end: undefined }, pendingResult: undefined };
const RESULT = { observation: "found", is_error: false, duration_ms: 1 };

let queues: TestQueues;
before(async () => {
  queues = await startTestQueues();
});
after(() => queues.stop());

/** A query whose lock this test holds. */
async function lease(): Promise<LeasedJob> {
  const queryId = newId("query");
  const jobKey = `{bullpen}:agent.m:${queryId}`;
  await queues.redis.hset(`{bullpen}:transcript:${queryId}`, { model: "m", tenant: "t" });
  await queues.redis.set(`${jobKey}:lock`, "token");
  return { queryId, job: testJob("x"), jobKey, token: "token" };
}

function turn(text: string): Turn {
  const usage = { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1 };
  return { text, finish_reason: "stop", usage, duration_ms: 1 };
}

const first = { step: 0, turn: turn("first"), before: EMPTY, end: undefined };

test("a step is recorded once, and only by the holder of the lock", async () => {
  const leased = await lease();
  const { transcripts } = queues;
  assert.equal(await transcripts.recordTurn({ ...leased, token: "other" }, first), "lock_lost");
  assert.equal(await transcripts.recordTurn(leased, first), "recorded");
  assert.equal(await transcripts.recordTurn(leased, { ...first, turn: turn("again") }), "void");
  const { transcript } = await transcripts.read(leased.queryId, leased.jobKey);
  assert.deepEqual(
    transcript.steps.map((step) => step.turn.text),
    ["first"],
  );
  assert.equal(await queues.redis.hget(leased.jobKey, "turns"), "1");
});

test("a tool's result is read from the job, and moves to the transcript with the turn that reads it", async () => {
  const leased = await lease();
  const { transcripts, redis } = queues;
  await transcripts.recordTurn(leased, first);
  const field = `{bullpen}:tools.search:${toolJobId(leased.queryId, 0)}`;
  await redis.hset(`${leased.jobKey}:processed`, field, JSON.stringify(RESULT));
  const before = await transcripts.read(leased.queryId, leased.jobKey);
  assert.deepEqual(before.transcript.steps[0]?.observation, RESULT);
  assert.equal(
    await transcripts.recordTurn(leased, { step: 1, turn: turn("second"), before, end: undefined }),
    "recorded",
  );
  assert.equal(await redis.exists(`${leased.jobKey}:processed`), 0);
  const { transcript, pendingResult } = await transcripts.read(leased.queryId, leased.jobKey);
  assert.deepEqual(transcript.steps[0]?.observation, RESULT);
  assert.equal(pendingResult, undefined);
});

test("a step is void after steps that Redis has lost", async () => {
  const leased = await lease();
  const { transcripts, redis } = queues;
  await transcripts.recordTurn(leased, first);
  const before = await transcripts.read(leased.queryId, leased.jobKey);
  await redis.hdel(`{bullpen}:transcript:${leased.queryId}`, "0:action");
  assert.equal(
    await transcripts.recordTurn(leased, { step: 1, turn: turn("x"), before, end: undefined }),
    "void",
  );
});

test("a query ends once, is due at the end of its retention, and nothing is recorded after that", async () => {
  const leased = await lease();
  const { transcripts, redis } = queues;
  const outcome = { status: "completed", answer: "42" } as const;
  const end = { outcome, finished_at: 1 };
  assert.equal(await transcripts.recordTurn(leased, { ...first, end }), "recorded");
  const later = await transcripts.end(leased.queryId, { status: "cancelled" });
  assert.deepEqual(later, { end, isNew: false });
  assert.equal(await transcripts.recordObservation(leased, 0, RESULT), "void");
  const due = Number(await redis.zscore("{bullpen}:due", leased.queryId));
  assert.ok(due > Date.now() + 590_000 && due < Date.now() + 610_000);
});

test("the end of an unknown query is written nowhere", async () => {
  const id = newId("query");
  await queues.transcripts.end(id, { status: "cancelled" });
  assert.deepEqual(await queues.redis.keys(`*${id}*`), []);
});

test("a transcript counts up to the first field that cannot be read", () => {
  const fields = { "0:action": JSON.stringify(turn("a")), "1:action": "garbage", model: "m" };
  const { steps, end, isDamaged } = parseTranscript(fields);
  assert.equal(steps.length, 1);
  assert.equal(isDamaged, true);
  assert.equal(end?.outcome.status, "failed");
});
