import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_OPTIONS, optionsOf, toParameters } from "./query-options.js";

const LIMITS = {
  max_steps: 4,
  max_tokens: 512,
  max_total_tokens: 8_192,
  timeout_seconds: 60.5,
  on_limit: "answer",
} as const;
const SAMPLING = { temperature: 0, top_p: 0.15, top_k: 0, repetition_penalty: 1.1 };

function transcript(tools: string[]) {
  // A cast: nothing else of it is read.
  return { tools, sampling: SAMPLING, limits: LIMITS } as Parameters<typeof optionsOf>[0];
}

test("a query runs again with what it was run with, without functions that only its caller has", () => {
  const view = { votes: null } as Parameters<typeof optionsOf>[1]; // a cast: nothing else of it is read
  const options = optionsOf(transcript(["Calculator", "mine"]), view, ["Calculator", "Search"]);
  assert.deepEqual(toParameters(options), {
    tools: ["Calculator"],
    temperature: 0,
    top_p: 0.15,
    max_steps: 4,
    max_tokens: 512,
    max_total_tokens: 8_192,
    timeout_seconds: 60.5,
  });
});

test("what is left empty is the server's to decide", () => {
  assert.deepEqual(toParameters(NO_OPTIONS), {});
  assert.deepEqual(toParameters({ tools: [], numbers: { seed: " ", votes: "3" } }), { tools: [], votes: 3 });
});
