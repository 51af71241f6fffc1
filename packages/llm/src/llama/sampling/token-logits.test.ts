import assert from "node:assert/strict";
import { test } from "node:test";
import type { Token } from "node-llama-cpp";
import type { SamplerConfig } from "../binding/llama-binding.js";
import { SlotSampler, toLogprobs } from "./token-logits.js";

test("a sample with the seed of the one before restarts its random numbers", () => {
  const seeds: number[] = [];
  const sampler = new SlotSampler(() => ({
    applyConfig: ({ seed }: SamplerConfig) => seeds.push(seed),
    dispose: () => {},
  }));
  for (const seed of [7, 8, 8, 0xffff_fffe, 0xffff_fffe]) sampler.with({ seed }, {});
  assert.equal(seeds.length, 7);
  assert.ok(seeds.every((seed, index) => seed >= 0 && seed !== seeds[index - 1]));
});

test("logits become probabilities of the whole vocabulary", () => {
  // A vocabulary of four tokens with the weights 8, 4, 2, 1; the last is asked for.
  const logits = [8, 4, 2, 1].map((weight) => Math.log(weight) + 3);
  const pairs = [10, logits[0] ?? 0, 11, logits[1] ?? 0, 13, logits[3] ?? 0];
  const { own, top } = toLogprobs(pairs, 15 / 8, { token: 13 as Token, top: 2 });
  const close = (logprob: number | undefined, probability: number) =>
    assert.ok(Math.abs(Math.exp(logprob ?? 0) - probability) < 1e-12);
  close(own, 1 / 15);
  assert.deepEqual(
    top.map(([token]) => token),
    [10, 11],
  );
  close(top[0]?.[1], 8 / 15);
  close(top[1]?.[1], 4 / 15);
});
