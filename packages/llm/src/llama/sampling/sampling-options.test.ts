import assert from "node:assert/strict";
import { test } from "node:test";
import { samplingSchema } from "@bullpen/contracts";
import { randomSeed, seedOfToken, toSamplerOptions } from "./sampling-options.js";

test("every parameter reaches the sampler", () => {
  const sampling = samplingSchema.parse({
    temperature: 0.7,
    top_p: 0.9,
    top_k: 40,
    repetition_penalty: 1.2,
  });
  assert.deepEqual(toSamplerOptions(sampling, 7, []), {
    ...{ temperature: 0.7, topP: 0.9, topK: 40, minP: 0, seed: 7 },
    ...{ repeatPenalty: 1.2, repeatPenaltyMaxTokens: 64, repeatPenaltyTokens: new Uint32Array() },
  });
});

test("top_k 0 leaves the sampler out instead of sorting everything", () => {
  assert.equal("topK" in toSamplerOptions(samplingSchema.parse({}), 1, []), false);
});

test("penalties of frequency and presence reach the sampler without that of repetition", () => {
  const given = { repetition_penalty: 1, frequency_penalty: 0.5, presence_penalty: -0.25 };
  const options = toSamplerOptions(samplingSchema.parse(given), 1, []);
  assert.equal(options.repeatPenalty, 1);
  assert.equal(options.repeatPenaltyFrequencyPenalty, 0.5);
  assert.equal(options.repeatPenaltyPresencePenalty, -0.25);
});

test("a penalty of 1 is off", () => {
  const sampling = samplingSchema.parse({ repetition_penalty: 1 });
  assert.equal("repeatPenalty" in toSamplerOptions(sampling, 1, []), false);
});

test("without a seed each text gets its own", () => {
  assert.notEqual(randomSeed(), randomSeed());
});

test("each token of a completion has a seed of its own", () => {
  const seeds = Array.from({ length: 1_000 }, (_, index) => seedOfToken(7, index));
  assert.equal(new Set(seeds).size, 1_000);
  assert.ok(seeds.every((seed) => seed >= 0 && seed < 0xffff_ffff));
});
