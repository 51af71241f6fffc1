import assert from "node:assert/strict";
import { test } from "node:test";
import { samplingSchema } from "@bullpen/contracts";
import { drawAmong, findCertainToken, LEADERS, NEGLIGIBLE, seedOfToken, uniformOf } from "./draw-token.js";

/** Logits with one or several high ones; everything else random below. */
function logitsOf(random: () => number, size: number): Map<number, number> {
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

test("a token called certain is what the whole chain draws, whatever the random number", () => {
  let state = 1;
  const random = () => uniformOf(seedOfToken(state++, 0));
  let certain = 0;
  for (let round = 0; round < 400; round++) {
    const logits = logitsOf(random, 300);
    const punished = new Set([...logits.keys()].filter(() => random() < 0.1));
    const refused = new Set([...logits.keys()].filter(() => random() < 0.3));
    const sampling = samplingSchema.parse({ temperature: round % 5 === 0 ? 0 : 0.1, top_p: 0.15 });
    const free = { sampling, punished, isLegal: () => true };
    const held = { sampling, punished, isLegal: (token: number) => !refused.has(token) };
    const token = findCertainToken(likeliestOf(logits), held);
    if (token === undefined) continue;
    certain++;
    for (const uniform of [0, 0.3, 0.7, 0.999999]) {
      const drawn = drawAmong(logits, free, uniform);
      assert.equal(token, refused.has(drawn) ? drawAmong(logits, held, uniform) : drawn);
    }
  }
  assert.ok(certain > 100, `only ${certain} of 400 were certain`);
});

test("a flat distribution and a tie are not certain", () => {
  const flat = new Map(Array.from({ length: 300 }, (_, token) => [token, token / 1_000]));
  const place = { sampling: samplingSchema.parse({}), punished: new Set<number>(), isLegal: () => true };
  assert.equal(findCertainToken(likeliestOf(flat), place), undefined);
  const tie = new Map([...flat, [7, 30], [8, 30]] as const);
  assert.equal(findCertainToken(likeliestOf(tie), place), undefined);
});

test("a draw is by probability, and only among the legal", () => {
  const logits = new Map([
    [1, Math.log(0.6)],
    [2, Math.log(0.3)],
    [3, Math.log(0.1)],
  ]);
  const sampling = samplingSchema.parse({ temperature: 1, top_p: 1, repetition_penalty: 1 });
  const place = { sampling, punished: new Set<number>(), isLegal: (token: number) => token !== 1 };
  assert.equal(drawAmong(logits, place, 0.74), 2);
  assert.equal(drawAmong(logits, place, 0.76), 3);
  assert.throws(() => drawAmong(logits, { ...place, isLegal: () => false }, 0.5), /No token/);
});

test("each token of a completion has a seed of its own", () => {
  const seeds = Array.from({ length: 1_000 }, (_, index) => seedOfToken(7, index));
  assert.equal(new Set(seeds).size, 1_000);
  assert.ok(seeds.every((seed) => seed >= 0 && seed < 0xffff_ffff));
});
