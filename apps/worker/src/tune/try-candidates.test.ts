import assert from "node:assert/strict";
import { test } from "node:test";
import { type Candidate, chooseBest } from "./choose.js";
import { tryCandidates } from "./try-candidates.js";

/** Searches a machine on which `rate` is how fast it is; `undefined` where a candidate does not run. */
async function search(
  rate: (candidate: Candidate) => number | undefined,
  options: { threads?: [number, ...number[]]; onGpu?: boolean; slots?: number } = {},
) {
  const tried: string[] = [];
  const measurements = await tryCandidates({
    onGpu: options.onGpu ?? false,
    slots: options.slots,
    threads: options.threads ?? [1],
    measure: async (candidate) => {
      tried.push(`${candidate.slots}/${candidate.threads}`);
      const found = rate(candidate);
      return found === undefined ? undefined : { ...candidate, rates: [found] };
    },
  });
  const best = chooseBest(measurements);
  return { tried: tried.join(" "), best: best && `${best.slots}/${best.threads}` };
}

test("slots are doubled as long as that pays", async () => {
  const found = await search(({ slots }) => Math.min(slots, 64));
  assert.deepEqual(found, { tried: "16/1 32/1 64/1 128/1", best: "64/1" });
});

test("or halved as long as it costs nothing", async () => {
  const found = await search(({ slots }) => Math.min(slots, 4));
  assert.deepEqual(found, { tried: "16/1 32/1 8/1 4/1 2/1", best: "4/1" });
});

test("threads come first, and stay", async () => {
  const found = await search(({ slots, threads }) => Math.min(slots, 32) / Math.abs(threads - 4.5), {
    threads: [7, 8, 4],
  });
  assert.deepEqual(found, { tried: "16/7 16/8 16/4 32/4 64/4", best: "32/4" });
});

test("what does not fit ends the way up, and moves the beginning down", async () => {
  const up = await search(({ slots }) => (slots > 64 ? undefined : slots), { onGpu: true });
  assert.deepEqual(up, { tried: "32/1 64/1 128/1", best: "64/1" });
  const down = await search(({ slots }) => (slots > 4 ? undefined : slots));
  assert.deepEqual(down, { tried: "16/1 8/1 4/1 2/1", best: "4/1" });
  assert.deepEqual(await search(() => undefined), { tried: "16/1 8/1 4/1 2/1", best: undefined });
});

test("slots that are given are not searched for", async () => {
  const found = await search(({ threads }) => threads, { slots: 5, threads: [1, 2] });
  assert.deepEqual(found, { tried: "5/1 5/2", best: "5/2" });
});
