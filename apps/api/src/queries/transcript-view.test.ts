import assert from "node:assert/strict";
import { test } from "node:test";
import { type AgentJob, agentJobSchema, CALCULATOR, type Observation, type Turn } from "@bullpen/contracts";
import { transcriptViewSchema } from "@bullpen/protocol";
import type { QueryRecord } from "@bullpen/queue";
import { toTranscriptView } from "./transcript-view.js";

const JOB: AgentJob = agentJobSchema.parse({
  model: "m",
  query: "what is 1 + 1?",
  tools: ["Calculator"],
  sampling: {},
  limits: {},
});
const TOOLBOX = { tools: [CALCULATOR], missing: [] };

function turn(text: string, more: Partial<Turn> = {}): Turn {
  const usage = { prompt_tokens: 10, cached_tokens: 4, completion_tokens: 2 };
  return { text, finish_reason: "stop", usage, duration_ms: 100, ...more };
}

const CALL = '"Calculator", "input": "output = 2"}';
const ANSWER = '"Final Answer", "input": "2"}';
const timings = { waiting_ms: 5, prompt_ms: 30, generation_ms: 60 };

function record(steps: [Turn, Observation?][], ended = true): QueryRecord {
  const outcome = ended ? ({ status: "completed", answer: "2" } as const) : undefined;
  return {
    ...{ id: "query_1", job: JOB, status: ended ? "completed" : "running", outcome, createdAt: 1_000 },
    ...{ finishedAt: ended ? 2_000 : undefined },
    transcript: {
      steps: steps.map(([turn, observation]) => ({ turn, observation })),
      end: outcome && { outcome, finished_at: 2_000 },
    },
  };
}

test("times follow from what turns and calls have recorded", () => {
  const observation = {
    observation: "2",
    is_error: false,
    duration_ms: 40,
    started_at: 1_130,
    worker: "t:2",
  };
  const view = toTranscriptView(
    record([
      [
        turn(CALL, { started_at: 1_020, timings, worker: "w:1", activation: 1 }),
        { ...observation, attempts: 2 },
      ],
      [turn(ANSWER, { started_at: 1_200, timings, worker: "w:3", activation: 4 })],
    ]),
  );
  assert.deepEqual(
    view.turns.map((each) => [each.tool_name, each.waiting_ms, each.worker, each.retries]),
    [
      ["Calculator", 25, "w:1", 0],
      [null, 35, "w:3", 2],
    ],
  );
  const [{ observation: shown } = {}] = view.turns;
  assert.deepEqual([shown?.waiting_ms, shown?.worker, shown?.attempts], [10, "t:2", 2]);
  assert.deepEqual(view.times, { waiting_ms: 70, prompt_ms: 60, generation_ms: 120, tool_ms: 40 });
  assert.equal(view.retries, 2);
  assert.deepEqual(transcriptViewSchema.parse(view), view);
});

test("a transcript of an earlier version has nulls in place of times", () => {
  const view = toTranscriptView(
    record([[turn(CALL), { observation: "2", is_error: false, duration_ms: 40 }], [turn(ANSWER)]]),
  );
  assert.deepEqual(view.times, { waiting_ms: null, prompt_ms: null, generation_ms: null, tool_ms: 40 });
  assert.deepEqual([view.turns[0]?.retries, view.turns[0]?.started_at, view.retries], [null, null, 0]);
});

test("a turn comes with the conversation that it went on from, where that is asked for", () => {
  const steps: [Turn, Observation?][] = [
    [turn(CALL), { observation: "two", is_error: false, duration_ms: 40 }],
    [turn(ANSWER)],
  ];
  assert.equal(toTranscriptView(record(steps)).turns[0]?.prompt, null);
  const [first, second] = toTranscriptView(record(steps), TOOLBOX).turns;
  assert.deepEqual(
    first?.prompt?.messages.map(({ role }) => role),
    ["system", "user"],
  );
  assert.deepEqual(second?.prompt?.messages.slice(-1), [{ role: "tool", content: "two" }]);
  assert.match(second?.prompt?.messages[0]?.content ?? "", /Calculator/);
});

test("the runs of a vote are told apart, and each prompt holds the steps of its own run", () => {
  const previous = { status: "completed", answer: "2" } as const;
  const view = toTranscriptView(
    record([[turn(ANSWER)], [turn(ANSWER, { previous_run: previous })]], false),
    TOOLBOX,
  );
  assert.deepEqual(
    view.turns.map(({ run, prompt }) => [run, prompt?.messages.length]),
    [
      [0, 2],
      [1, 2],
    ],
  );
});

test("clocks that differ between hosts give no negative times", () => {
  const view = toTranscriptView(record([[turn(ANSWER, { started_at: 400, timings, activation: 1 })]]));
  assert.equal(view.turns[0]?.waiting_ms, 5);
});
