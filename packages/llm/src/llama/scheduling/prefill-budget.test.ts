import assert from "node:assert/strict";
import { test } from "node:test";
import { StepPlan } from "./prefill-budget.js";

function plan() {
  return new StepPlan({ batchSize: 512, promptTokensPerStep: 128 });
}

test("prompts among themselves fill batches", () => {
  const steps = plan();
  steps.startReading();
  steps.startReading();
  assert.equal(steps.promptPart, 512);
});

test("beside a sequence that generates, prompts share a limit, and none is cut to crumbs", () => {
  const steps = plan();
  const stop = steps.startGenerating();
  const stopReading = steps.startReading();
  assert.equal(steps.promptPart, 128);
  const others = Array.from({ length: 7 }, () => steps.startReading());
  assert.equal(steps.promptPart, 32);
  for (const end of others) end();
  assert.equal(steps.promptPart, 128);
  stopReading();
  stop();
  assert.equal(steps.promptPart, 512);
});
