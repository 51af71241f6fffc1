import assert from "node:assert/strict";
import { test } from "node:test";
import { samplingSchema } from "@bullpen/contracts";
import { firstUniform } from "./mt19937.js";
import { seedOfToken } from "./sampling-options.js";
import { PROOF_LEVELS, type ProofLevel, proveSample, type SamplePosition } from "./top-k-proof.js";

let state = 1;
const random = () => seedOfToken(state++, 0) / 0xffff_ffff;

/** Logits with one or several high ones; everything else random below. */
function randomLogits(size: number): Map<number, number> {
  const scale = 2 + random() * 8;
  return new Map(Array.from({ length: size }, (_, token) => [token, (random() + random() - 1) * scale]));
}

function topLogitsOf(logits: ReadonlyMap<number, number>, { topK, minP }: ProofLevel = PROOF_LEVELS.coarse) {
  const sorted = [...logits].sort((a, b) => b[1] - a[1]);
  const highest = sorted[0]?.[1] ?? 0;
  const kept = sorted.filter(([, logit]) => Math.exp(logit - highest) >= minP);
  return {
    pairs: kept.slice(0, topK).flat(),
    totalWeight: kept.reduce((sum, [, logit]) => sum + Math.exp(logit - highest), 0),
    ...{ topK, minP, vocabularySize: logits.size },
  };
}

/** The token that the whole chain samples, and from how many it chooses. */
function samplePlainly(
  logits: ReadonlyMap<number, number>,
  { sampling, penalized }: SamplePosition<number>,
  seed: number,
): { token: number | undefined; among: number } {
  const { repetition_penalty: penalty, temperature, top_k, top_p } = sampling;
  const sorted = [...logits]
    .map(([token, logit]) => {
      const fallen = logit <= 0 ? logit * penalty : logit / penalty;
      return { token, logit: penalized.includes(token) ? fallen : logit };
    })
    .sort((a, b) => b.logit - a.logit)
    .slice(0, top_k === 0 ? undefined : top_k);
  if (temperature === 0) return { token: sorted[0]?.token, among: 1 };
  const total = sorted.reduce((sum, { logit }) => sum + Math.exp(logit), 0);
  let sum = 0;
  const end = sorted.findIndex(({ logit }) => {
    sum += Math.exp(logit) / total;
    return sum >= top_p;
  });
  const kept = end < 0 ? sorted : sorted.slice(0, end + 1);
  let left = firstUniform(seed) * kept.reduce((all, { logit }) => all + Math.exp(logit / temperature), 0);
  const sampled = kept.find(({ logit }) => {
    left -= Math.exp(logit / temperature);
    return left <= 0;
  });
  return { token: sampled?.token, among: kept.length };
}

const SAMPLINGS = [
  { temperature: 0.1, top_p: 0.15 },
  { temperature: 0 },
  { temperature: 0.8, top_p: 0.6 },
  { temperature: 0.7, top_p: 0.9, top_k: 20 },
  { temperature: 1, top_p: 1, top_k: 5 },
].map((sampling) => samplingSchema.parse(sampling));

test("a proven token is what the whole chain samples", () => {
  const among: number[] = [];
  for (let round = 0; round < 3_000; round++) {
    const logits = randomLogits(300);
    const penalized = [...logits.keys()].filter(() => random() < 0.1);
    const level = random() < 0.5 ? PROOF_LEVELS.coarse : PROOF_LEVELS.fine;
    for (const sampling of SAMPLINGS) {
      const place = { sampling, penalized };
      const token = proveSample(topLogitsOf(logits, level), place, round);
      if (token === undefined) continue;
      const plain = samplePlainly(logits, place, round);
      assert.equal(token, plain.token, JSON.stringify(sampling));
      among.push(plain.among);
    }
  }
  assert.ok(among.length > 6_000, `only ${among.length} of 15,000 were certain`);
  const several = among.filter((count) => count > 1).length;
  assert.ok(several > 3_000, `only ${several} were sampled from several tokens`);
});

test("a flat distribution and a tie are not certain", () => {
  const flat = new Map(Array.from({ length: 300 }, (_, token) => [token, token / 1_000]));
  const place = { sampling: samplingSchema.parse({}), penalized: [] };
  assert.equal(proveSample(topLogitsOf(flat), place, 1), undefined);
  const tie = new Map([...flat, [7, 30], [8, 30]] as const);
  assert.equal(proveSample(topLogitsOf(tie), place, 1), undefined);
});

test("the fine level proves what the coarse one leaves open where the top token is penalized", () => {
  const logits = new Map([[0, 33] as const, [1, 30.5] as const]);
  const topLogits = (level: ProofLevel) => ({ ...topLogitsOf(logits, level), vocabularySize: 32_000 });
  const place = { sampling: samplingSchema.parse({ top_p: 0.3 }), penalized: [0] };
  assert.equal(proveSample(topLogits(PROOF_LEVELS.coarse), place, 1), undefined);
  assert.equal(proveSample(topLogits(PROOF_LEVELS.fine), place, 1), 1);
});
