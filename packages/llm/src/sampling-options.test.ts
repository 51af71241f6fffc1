import assert from "node:assert/strict";
import { test } from "node:test";
import { samplingSchema } from "@bullpen/contracts";
import { toEvaluateOptions } from "./sampling-options.js";

test("every parameter is handed over", () => {
  const sampling = samplingSchema.parse({
    temperature: 0.7,
    top_p: 0.9,
    top_k: 40,
    repetition_penalty: 1.2,
    seed: 7,
  });
  const { repeatPenalty, ...options } = toEvaluateOptions(sampling, () => []);
  assert.deepEqual(options, { temperature: 0.7, topP: 0.9, topK: 40, minP: 0, seed: 7 });
  assert.equal(repeatPenalty?.penalty, 1.2);
  assert.equal(repeatPenalty?.maxPunishTokens, 64);
});

test("top_k 0 leaves the sampler out instead of sorting everything", () => {
  assert.equal(toEvaluateOptions(samplingSchema.parse({}), () => []).topK, null);
});

test("a penalty of 1 is off", () => {
  const sampling = samplingSchema.parse({ repetition_penalty: 1 });
  assert.equal("repeatPenalty" in toEvaluateOptions(sampling, () => []), false);
});

test("without a seed each text gets its own; the one that llama.cpp would replace is avoided", () => {
  const draw = () => toEvaluateOptions(samplingSchema.parse({}), () => []).seed;
  assert.notEqual(draw(), draw());
  const highest = samplingSchema.parse({ seed: 0xffff_ffff });
  assert.equal(toEvaluateOptions(highest, () => []).seed, 0xffff_fffe);
});
