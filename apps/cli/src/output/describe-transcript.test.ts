import assert from "node:assert/strict";
import { test } from "node:test";
import type { TranscriptTurn, TranscriptView } from "@bullpen/protocol";
import { describeTranscript } from "./describe-transcript.js";

const HOSTILE = "\u001b[2J\u001b]0;owned\u0007\u202eevil\rline";

const TURN: TranscriptTurn = {
  ...{ index: 0, run: 0, text: HOSTILE, tool_name: HOSTILE, input: HOSTILE, finish_reason: "stop" },
  ...{ forced_by: null, usage: { prompt_tokens: 100, cached_tokens: 75, completion_tokens: 2_000 } },
  ...{ started_at: 1_100, waiting_ms: 100, prompt_ms: 200, generation_ms: 1_300, duration_ms: 1_500 },
  ...{ worker: "gpu-1:7", retries: 1 },
  prompt: { messages: [{ role: "user", content: HOSTILE }], primer: HOSTILE },
  observation: {
    ...{ text: HOSTILE, is_error: true, guard: null, started_at: 2_700, waiting_ms: 100, duration_ms: 50 },
    ...{ worker: "tools:9", attempts: 3 },
  },
};

const VIEW: TranscriptView = {
  ...{ id: "query_1", object: "query.transcript", status: "failed", model: HOSTILE, class: "interactive" },
  ...{ custom_id: null, query: HOSTILE, answer: null, created_at: 1_000, finished_at: 3_000, tools: [] },
  error: { code: "max_steps", message: HOSTILE },
  sampling: { temperature: 0, top_p: 1, top_k: 0, repetition_penalty: 1 },
  limits: {
    ...{ max_steps: 1, max_tokens: 1, max_total_tokens: 1, timeout_seconds: 1, on_limit: "fail" },
  },
  times: { waiting_ms: 200, prompt_ms: null, generation_ms: 61_000, tool_ms: 50 },
  retries: 1,
  turns: [TURN],
};

test("turns and calls are told with times, tokens, workers and retries", () => {
  const text = describeTranscript({
    ...VIEW,
    query: "why?",
    model: "m",
    turns: [{ ...TURN, tool_name: "T", prompt: null }],
  });
  assert.equal(text[0], "query_1 failed after 2.0 s: m, 1 retry");
  assert.equal(
    text[2],
    "+100 ms   turn 1: 1.5 s (prompt 200 ms, generation 1.3 s), waited 100 ms, 100 tokens in (75 % cached), 2,000 out, gpu-1:7, 1 retry",
  );
  assert.match(text.join("\n"), /^\+1\.7 s {4}T: 50 ms, waited 100 ms, error, tools:9, 2 retries$/m);
  assert.equal(text.at(-1), "waiting 200 ms, prompts ?, generation 1 min 1 s, tools 50 ms");
});

test("nothing that a stranger wrote reaches the terminal as a control character", () => {
  const text = describeTranscript(VIEW).join("\n");
  assert.ok(text.includes("␛[2J"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});
