import type { Sampling } from "@bullpen/contracts";
import { firstUniform } from "./mt19937.js";

/**
 * What a sample depends on. A token is sampled by llama.cpp's chain of samplers (repetition penalty, top_k, top_p,
 * temperature, random choice) with a seed of its own, over the tokens that are legal at its position.
 *
 * The chain goes through the whole vocabulary, which costs more than a small model itself. {@link proveSample} gives
 * the chain's result from the top logits where they prove it.
 */
export interface SamplePosition<Token extends number> {
  readonly sampling: Sampling;
  /** Tokens that the repetition penalty applies to. One may be there several times. */
  readonly penalized: readonly Token[];
  /** Whether a token is legal, where the logits are those of all tokens. Default: they are of the legal ones. */
  readonly isLegal?: ((token: Token) => boolean) | undefined;
}

/** How much of the logits a proof reads. */
export interface ProofLevel {
  /** Tokens whose logits are read, the highest first. */
  readonly topK: number;
  /**
   * Cut-off of the weight sum, as a part of the top token's probability. Tokens below are bounded, not summed: a larger
   * cut-off is faster and proves less.
   */
  readonly minP: number;
}

/**
 * The coarse level is enough mostly: the agent protocol's sampling keeps few tokens, and each further logit costs the
 * JavaScript thread. Where the penalty makes the top token 20 times less likely, or the request keeps many tokens, the
 * fine one is needed.
 */
export const PROOF_LEVELS = {
  coarse: { topK: 8, minP: 1e-5 },
  fine: { topK: 32, minP: 1e-6 },
} as const satisfies Record<string, ProofLevel>;

/** What is known of the logits of all legal tokens before penalty and temperature. */
export interface TopLogits extends ProofLevel {
  /** Token, logit, token, logit, … of the `topK` tokens with the highest logits, the highest first. */
  readonly pairs: readonly number[];
  /** Sum of exp(logit - highest logit) over all tokens for which that is not less than `minP`. */
  readonly totalWeight: number;
  readonly vocabularySize: number;
}

/** What a coarser level would have read. Its weight sum would have been smaller, if anything: this one is closer. */
export function asRead<Logits extends ProofLevel & Pick<TopLogits, "pairs">>(
  topLogits: Logits,
  { topK, minP }: ProofLevel,
): Logits {
  return { ...topLogits, pairs: topLogits.pairs.slice(0, 2 * topK), topK, minP };
}

/** llama.cpp computes with 32-bit floats: what is closer to a limit than this part of the sum is left to its chain. */
const MARGIN = 1e-3;

/** Whether the top logits may prove a sample: the chain must cut tokens off. */
export function isProvable({ temperature, top_p, top_k, ...further }: Sampling): boolean {
  // Proofs know one penalty and no biases.
  if (further.frequency_penalty || further.presence_penalty || further.logit_bias) return false;
  return temperature === 0 || top_p < 1 || (top_k > 0 && top_k <= PROOF_LEVELS.fine.topK);
}

/**
 * The token that the chain samples, or `undefined` if the top logits do not prove it.
 *
 * The chain keeps the first tokens whose probabilities together reach top_p. The probability of a top token lies
 * between its weight divided by the most and by the least that all tokens can weigh: the penalty only lowers logits,
 * so the tail weighs at most what it weighs without the penalty, and none of it rises above the last of the top tokens.
 * If both bounds keep the same tokens, these and the random number determine the sample.
 *
 * @param seed the seed of this sample.
 */
export function proveSample<Token extends number>(
  topLogits: TopLogits,
  place: SamplePosition<Token>,
  seed: number,
): Token | undefined {
  const { sampling } = place;
  // A penalty below 1 raises logits: tokens of the tail might rise above the top.
  if (sampling.repetition_penalty < 1) return undefined;
  const candidates = penalizeTop(topLogits, place);
  const tail = boundTail(topLogits, place);
  const kept = findKept(candidates, tail, sampling);
  const [best] = kept;
  // llama.cpp's sorting decides which of two equal tokens comes first.
  if (!best || kept.some(({ logit }, index) => logit === candidates[index + 1]?.logit)) return undefined;
  return kept.length === 1 ? best.token : sampleFrom(kept, sampling.temperature, firstUniform(seed));
}

/** Bounds of the tail: all tokens but the top ones. */
interface TailBounds {
  /** No logit of the tail is above this. */
  readonly highest: number;
  /** The sum of exp(logit) over the tail is at most, and at least, this times exp(`reference`). */
  readonly most: number;
  readonly least: number;
  readonly reference: number;
}

function boundTail<Token extends number>(
  { pairs, topK, totalWeight, minP, vocabularySize }: TopLogits,
  { penalized, isLegal }: SamplePosition<Token>,
): TailBounds {
  const reference = pairs[1] ?? 0;
  let known = 0;
  for (let at = 1; at < pairs.length; at += 2) known += Math.exp((pairs[at] ?? 0) - reference);
  const weight = Math.max(0, totalWeight - known);
  // Fewer than topK came back: all others are below the cut-off.
  const last = pairs.length < 2 * topK ? undefined : pairs.at(-1);
  const highest = last ?? reference + Math.log(minP);
  return {
    highest,
    most: weight + vocabularySize * minP,
    // Of the tail none may be legal, and each penalized token may be in it.
    least: isLegal ? 0 : Math.max(0, weight - penalized.length * Math.exp(highest - reference)),
    reference,
  };
}

/** The legal ones of the top tokens with their logits after the penalty, the highest first. */
function penalizeTop<Token extends number>(
  { pairs }: TopLogits,
  { sampling, penalized, isLegal }: SamplePosition<Token>,
): Candidate<Token>[] {
  const candidates: Candidate<Token>[] = [];
  let isSorted = true;
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const token = pairs[at] as Token;
    if (isLegal?.(token) === false) continue;
    const plain = pairs[at + 1] ?? 0;
    const logit = penalized.includes(token) ? penalize(plain, sampling.repetition_penalty) : plain;
    isSorted &&= logit <= (candidates.at(-1)?.logit ?? Number.POSITIVE_INFINITY);
    candidates.push({ token, logit });
  }
  return isSorted ? candidates : candidates.sort((a, b) => b.logit - a.logit);
}

/** The tokens that the chain keeps before its random choice, the likeliest first; none if that is not proven. */
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
 * The first tokens that together reach `topP`, the same for every sum within `total`; none if the sum decides.
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

/** The kept token that `uniform` selects; `undefined` if rounding may decide. */
function sampleFrom<Token extends number>(
  kept: readonly Candidate<Token>[],
  temperature: number,
  uniform: number,
): Token | undefined {
  const highest = kept[0]?.logit ?? 0;
  const weights = kept.map(({ logit }) => Math.exp((logit - highest) / temperature));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  // 32-bit floats have 24 bits of precision: exp() of a logit divided by the temperature is off by this much of it.
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

/** As llama.cpp does it: in 32-bit floats, making a logit smaller on both sides of 0. */
function penalize(logit: number, penalty: number): number {
  const factor = Math.fround(penalty);
  return Math.fround(logit <= 0 ? logit * factor : logit / factor);
}
