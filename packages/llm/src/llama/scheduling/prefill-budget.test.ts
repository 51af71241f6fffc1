import assert from "node:assert/strict";
import { test } from "node:test";
import { PrefillBudget } from "./prefill-budget.js";

function plan() {
  return new PrefillBudget({ batchSize: 512, prefillTokensPerStep: 128 });
}

test("prompts fill whole batches when no sequence generates", () => {
  const steps = plan();
  steps.startPrefill();
  steps.startPrefill();
  assert.equal(steps.chunkTokens, 512);
});

test("while a sequence generates, prompts share a limit, and no part becomes tiny", () => {
  const steps = plan();
  const stop = steps.startDecode();
  const endPrefill = steps.startPrefill();
  assert.equal(steps.chunkTokens, 128);
  const others = Array.from({ length: 7 }, () => steps.startPrefill());
  assert.equal(steps.chunkTokens, 32);
  for (const end of others) end();
  assert.equal(steps.chunkTokens, 128);
  endPrefill();
  stop();
  assert.equal(steps.chunkTokens, 512);
});
