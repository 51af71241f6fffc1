import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { agentSettings } from "./guards.js";
import { agentJobSchema, outcomeSchema } from "./query.js";
import { observationSchema, turnSchema } from "./transcript.js";

test("a setting lists the guards that are on, and what is none is refused by name", () => {
  const env = z.object(agentSettings);
  const both = { repeats: true, failures: true };
  assert.deepEqual(env.parse({}), { ON_LIMIT: "answer", GUARDS: both });
  assert.deepEqual(env.parse({ GUARDS: "failures , repeats" }).GUARDS, both);
  assert.deepEqual(env.parse({ GUARDS: "failures" }).GUARDS, { repeats: false, failures: true });
  assert.deepEqual(env.parse({ GUARDS: "none" }).GUARDS, { repeats: false, failures: false });
  for (const wrong of ["all", "", "repeats,none", "repeats;failures"]) {
    const { error } = env.safeParse({ GUARDS: wrong });
    assert.match(error?.issues[0]?.message ?? "", /must be `none`, or a list of repeats and failures/, wrong);
  }
  assert.equal(env.safeParse({ ON_LIMIT: "stop" }).success, false);
});

test("what the release before has stored is read, with everything on", () => {
  const job = agentJobSchema.parse({ model: "m", query: "x", tools: [], sampling: {}, limits: {} });
  assert.deepEqual([job.limits.on_limit, job.guards], ["answer", { repeats: true, failures: true }]);
  const usage = { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1 };
  const turn = { text: "", finish_reason: "stop", usage, duration_ms: 1 } as const;
  assert.deepEqual(turnSchema.parse(turn), turn);
  const observation = { observation: "42", is_error: false, duration_ms: 1 };
  assert.deepEqual(observationSchema.parse(observation), observation);
  const outcome = { status: "completed", answer: "42" } as const;
  assert.deepEqual(outcomeSchema.parse(outcome), outcome);
});
