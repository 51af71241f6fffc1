import assert from "node:assert/strict";
import { test } from "node:test";
import type { SamplerConfig } from "../binding/llama-binding.js";
import { SlotSampler } from "./token-logits.js";

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
