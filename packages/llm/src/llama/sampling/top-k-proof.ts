import type { Sampling } from "@bullpen/contracts";
import { firstUniform } from "./mt19937.js";

/**
 * How a token is drawn, whatever the way in which that is computed: llama.cpp's chain of samplers
 * (repetition penalty, top_k, top_p, temperature, random draw) with a seed of the token's own, over the
 * tokens that are legal at its place.
 *
 * The chain goes through all of the vocabulary, which for a small model costs more than the model.
 * {@link proveSample} gives its result from the likeliest few where that is provably the same.
 */
export interface SamplePosition<Token extends number> {
  readonly sampling: Sampling;
  /** Tokens that the repetition penalty punishes. */
  readonly penalized: ReadonlySet<Token>;
}

/** Tokens whose logits are looked at. */
export const TOP_K = 32;

/**
 * Tokens whose probability is less than this part of the likeliest's are not summed up: the more are, the longer
 * a look takes. But each of them might weigh this much, and all together they must weigh little beside the
 * topLogits. A coarse look mostly does; where the penalty makes the likeliest 20 times less likely, a fine one.
 */
export const MIN_P = { coarse: 1e-5, fine: 1e-6 } as const;

/** What is known of the logits of all legal tokens before penalty and temperature. */
export interface TopLogits<Token extends number> {
  /** The {@link TOP_K} tokens with the highest logits, the highest first. */
  readonly top: ReadonlyMap<Token, number>;
  /** Sum of exp(logit - highest logit) over all tokens for which that is not less than `negligible`. */
  readonly totalWeight: number;
  /** One of {@link MIN_P}. */
  readonly minP: number;
  readonly vocabularySize: number;
}

/** llama.cpp computes with 32-bit floats: what is closer to a limit than this part of all is left to it. */
const MARGIN = 1e-3;

/** Whether a look at the likeliest tokens may tell the draw. */
export function isProvable({ temperature, top_p, top_k }: Sampling): boolean {
  return temperature === 0 || top_p < 1 || (top_k > 0 && top_k <= TOP_K);
}

/**
 * The token that the draw gives for certain, `undefined` where what is known does not prove it.
 *
 * The chain keeps the first tokens whose probabilities reach top_p together. Those of the top lie between
 * their weights over the most and over the least that all tokens can weigh: the penalty only lowers logits,
 * so tokens behind the top weigh at most what they weigh without it, and none gets above the last leader.
 * Where both ends give the same tokens, these and the random number tell the draw.
 *
 * @param seed of the draw.
 */
export function proveSample<Token extends number>(
  topLogits: TopLogits<Token>,
  place: SamplePosition<Token>,
  seed: number,
): Token | undefined {
  const { sampling, penalized } = place;
  // A penalty below 1 raises logits: tokens behind the top might get above them.
  if (sampling.repetition_penalty < 1) return undefined;
  const candidates = [...topLogits.top]
    .map(([token, logit]) => ({
      token,
      logit: penalized.has(token) ? penalize(logit, sampling.repetition_penalty) : logit,
    }))
    .sort((a, b) => b.logit - a.logit);
  const tail = boundTail(topLogits, penalized);
  const kept = findKept(candidates, tail, sampling);
  const [best] = kept;
  // Which of two equal ones comes first is a matter of llama.cpp's sorting.
  if (!best || kept.some(({ logit }, index) => logit === candidates[index + 1]?.logit)) return undefined;
  return kept.length === 1 ? best.token : sampleFrom(kept, sampling.temperature, firstUniform(seed));
}

/** The tokens behind the top. */
interface TailBounds {
  /** None of their logits is above this. */
  readonly highest: number;
  /** The sum of exp(logit) over them is at most, and at least, this times exp(`reference`). */
  readonly most: number;
  readonly least: number;
  readonly reference: number;
}

function boundTail<Token extends number>(
  { top, totalWeight, minP, vocabularySize }: TopLogits<Token>,
  penalized: ReadonlySet<Token>,
): TailBounds {
  const logits = [...top.values()];
  const [reference = 0] = logits;
  const known = logits.reduce((sum, logit) => sum + Math.exp(logit - reference), 0);
  const weight = Math.max(0, totalWeight - known);
  // Where fewer came back than were asked for, all others are negligible.
  const last = logits.length < TOP_K ? undefined : logits.at(-1);
  const highest = last ?? reference + Math.log(minP);
  return {
    highest,
    most: weight + vocabularySize * minP,
    least: Math.max(0, weight - penalized.size * Math.exp(highest - reference)),
    reference,
  };
}

/** The tokens that the chain keeps before its random draw, the likeliest first; none where that is not sure. */
function findKept<Token extends number>(
  candidates: readonly Candidate<Token>[],
  tail: TailBounds,
  { temperature, top_p, top_k }: Sampling,
): readonly Candidate<Token>[] {
  const ahead = candidates.filter(({ logit }) => logit > tail.highest);
  const [best] = ahead;
  if (!best || temperature === 0) return ahead.slice(0, 1);
  const sumOf = (tokens: readonly Candidate<Token>[]) =>
    tokens.reduce((sum, { logit }) => sum + Math.exp(logit - best.logit), 0);
  if (top_k > 0 && top_k <= ahead.length) {
    const first = ahead.slice(0, top_k);
    const all = sumOf(first);
    return top_p >= 1 ? first : keepTopP(first, { least: all, most: all }, top_p);
  }
  const scale = Math.exp(tail.reference - best.logit);
  const most = sumOf(candidates) + tail.most * scale;
  const least = top_k > 0 ? sumOf(ahead) : sumOf(candidates) + tail.least * scale;
  return keepTopP(ahead, { least, most }, top_p);
}

/**
 * The first tokens that reach `topP` together, whatever all weigh within `total`; none where that matters.
 * Weights are exp(logit - highest logit).
 */
function keepTopP<Token extends number>(
  sorted: readonly Candidate<Token>[],
  total: { readonly least: number; readonly most: number },
  topP: number,
): readonly Candidate<Token>[] {
  const highest = sorted[0]?.logit ?? 0;
  let sum = 0;
  for (const [index, { logit }] of sorted.entries()) {
    sum += Math.exp(logit - highest);
    if (sum / total.most >= topP + MARGIN) return sorted.slice(0, index + 1);
    if (sum / total.least >= topP - MARGIN) return [];
  }
  return [];
}

/** What `uniform` draws among the kept tokens; `undefined` where rounding may decide. */
function sampleFrom<Token extends number>(
  kept: readonly Candidate<Token>[],
  temperature: number,
  uniform: number,
): Token | undefined {
  const highest = kept[0]?.logit ?? 0;
  const weights = kept.map(({ logit }) => Math.exp((logit - highest) / temperature));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const margin = MARGIN + Math.abs(highest / temperature) * 2 ** -22;
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    sum += weight / all;
    const isLast = index === weights.length - 1;
    if (isLast || sum >= uniform + margin) return kept[index]?.token;
    if (sum > uniform - margin) return undefined;
  }
  return undefined;
}

interface Candidate<Token extends number> {
  readonly token: Token;
  readonly logit: number;
}

/** As llama.cpp does it: in 32-bit floats, away from likelihood on both sides of 0. */
function penalize(logit: number, penalty: number): number {
  const factor = Math.fround(penalty);
  return Math.fround(logit <= 0 ? logit * factor : logit / factor);
}
