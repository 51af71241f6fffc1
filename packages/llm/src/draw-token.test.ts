import assert from "node:assert/strict";
import { test } from "node:test";
import { samplingSchema } from "@bullpen/contracts";
import { type DrawPlace, findCertainToken, LEADERS, NEGLIGIBLE, seedOfToken } from "./draw-token.js";

let state = 1;
const random = () => seedOfToken(state++, 0) / 0xffff_ffff;

/** Logits with one or several high ones; everything else random below. */
function randomLogits(size: number): Map<number, number> {
  const scale = 2 + random() * 8;
  return new Map(Array.from({ length: size }, (_, token) => [token, (random() + random() - 1) * scale]));
}

function likeliestOf(logits: ReadonlyMap<number, number>) {
  const sorted = [...logits].sort((a, b) => b[1] - a[1]);
  const highest = sorted[0]?.[1] ?? 0;
  const kept = sorted.filter(([, logit]) => Math.exp(logit - highest) >= NEGLIGIBLE);
  return {
    leaders: new Map(kept.slice(0, LEADERS)),
    totalWeight: kept.reduce((sum, [, logit]) => sum + Math.exp(logit - highest), 0),
    vocabularySize: logits.size,
  };
}

/** The tokens that the whole chain keeps before its random draw. */
function kept(logits: ReadonlyMap<number, number>, { sampling, punished }: DrawPlace<number>): number[] {
  const penalty = sampling.repetition_penalty;
  const sorted = [...logits]
    .map(([token, logit]) => {
      const fallen = logit <= 0 ? logit * penalty : logit / penalty;
      return { token, logit: punished.has(token) ? fallen : logit };
    })
    .sort((a, b) => b.logit - a.logit);
  if (sampling.temperature === 0) return sorted.slice(0, 1).map(({ token }) => token);
  const total = sorted.reduce((sum, { logit }) => sum + Math.exp(logit), 0);
  let sum = 0;
  const end = sorted.findIndex(({ logit }) => {
    sum += Math.exp(logit) / total;
    return sum >= sampling.top_p;
  });
  return sorted.slice(0, end + 1).map(({ token }) => token);
}

test("a token called certain is the only one that the whole chain keeps", () => {
  let certain = 0;
  for (let round = 0; round < 400; round++) {
    const logits = randomLogits(300);
    const punished = new Set([...logits.keys()].filter(() => random() < 0.1));
    const sampling = samplingSchema.parse({ temperature: round % 5 === 0 ? 0 : 0.1, top_p: 0.15 });
    const token = findCertainToken(likeliestOf(logits), { sampling, punished });
    if (token === undefined) continue;
    certain++;
    assert.deepEqual(kept(logits, { sampling, punished }), [token]);
  }
  assert.ok(certain > 100, `only ${certain} of 400 were certain`);
});

test("a flat distribution and a tie are not certain", () => {
  const flat = new Map(Array.from({ length: 300 }, (_, token) => [token, token / 1_000]));
  const place = { sampling: samplingSchema.parse({}), punished: new Set<number>() };
  assert.equal(findCertainToken(likeliestOf(flat), place), undefined);
  const tie = new Map([...flat, [7, 30], [8, 30]] as const);
  assert.equal(findCertainToken(likeliestOf(tie), place), undefined);
});

test("each token of a completion has a seed of its own", () => {
  const seeds = Array.from({ length: 1_000 }, (_, index) => seedOfToken(7, index));
  assert.equal(new Set(seeds).size, 1_000);
  assert.ok(seeds.every((seed) => seed >= 0 && seed < 0xffff_ffff));
});
