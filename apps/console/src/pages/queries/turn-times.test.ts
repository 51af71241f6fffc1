import assert from "node:assert/strict";
import { test } from "node:test";
import type { TranscriptTurn } from "@bullpen/client";
import { partsOf } from "./turn-times.js";

const TURN: TranscriptTurn = {
  index: 0,
  run: 0,
  text: "",
  tool_name: "Calculator",
  input: "1",
  finish_reason: "stop",
  forced_by: null,
  usage: { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1 },
  started_at: 1_000,
  waiting_ms: 300,
  prompt_ms: 100,
  generation_ms: 400,
  duration_ms: 600,
  worker: "a:1",
  retries: 0,
  prompt: null,
  observation: {
    text: "2",
    is_error: false,
    guard: null,
    started_at: 1_700,
    waiting_ms: 100,
    duration_ms: 50,
    worker: "b:2",
    attempts: 1,
  },
};

test("a turn waits, reads its prompt and writes; then its call waits and runs", () => {
  assert.deepEqual(partsOf(TURN), [
    { name: "waiting", from: 800, to: 1_100 }, // before the worker took it, and for a slot in the worker
    { name: "prompt", from: 1_100, to: 1_200 },
    { name: "generation", from: 1_200, to: 1_600 },
    { name: "waiting", from: 1_600, to: 1_700 },
    { name: "tool", from: 1_700, to: 1_750 },
  ]);
});

test("what a guard answers takes no time in a tool", () => {
  const observation = TURN.observation && { ...TURN.observation, guard: "repeated" as const };
  assert.deepEqual(
    partsOf({ ...TURN, observation }).map(({ name }) => name),
    ["waiting", "prompt", "generation"],
  );
});

test("a turn of an earlier version has no parts, one without its parts is all generation", () => {
  assert.deepEqual(partsOf({ ...TURN, started_at: null }), []);
  const parts = partsOf({
    ...TURN,
    prompt_ms: null,
    generation_ms: null,
    waiting_ms: null,
    observation: null,
  });
  assert.deepEqual(parts, [{ name: "generation", from: 1_000, to: 1_600 }]);
});
