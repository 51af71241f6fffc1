import type { Sampling } from "@bullpen/contracts";

/**
 * How a token is drawn, whatever the way in which that is computed: llama.cpp's chain of samplers
 * (repetition penalty, top_k, top_p, temperature, random draw) with a seed of the token's own, over the
 * tokens that are legal at its place.
 *
 * The chain goes through all of the vocabulary, which for a small model costs more than the model.
 * {@link findCertainToken} gives its result from the likeliest few where that is provably the same.
 */
export interface DrawPlace<Token extends number> {
  readonly sampling: Sampling;
  /** Tokens that the repetition penalty punishes. */
  readonly punished: ReadonlySet<Token>;
}

/** Tokens whose logits are looked at. */
export const LEADERS = 32;

/**
 * Tokens whose probability is less than this part of the likeliest's are not summed up: the more are, the longer
 * a look takes. But each of them might weigh this much, and all together they must weigh little beside the
 * likeliest. A coarse look mostly does; where the penalty makes the likeliest 20 times less likely, a fine one.
 */
export const NEGLIGIBLE = { coarse: 1e-5, fine: 1e-6 } as const;

/** What is known of the logits of all legal tokens before penalty and temperature. */
export interface Likeliest<Token extends number> {
  /** The {@link LEADERS} tokens with the highest logits, the highest first. */
  readonly leaders: ReadonlyMap<Token, number>;
  /** Sum of exp(logit - highest logit) over all tokens for which that is not less than `negligible`. */
  readonly totalWeight: number;
  /** One of {@link NEGLIGIBLE}. */
  readonly negligible: number;
  readonly vocabularySize: number;
}

/** llama.cpp computes with 32-bit floats: what is closer to a limit than this part of all is left to it. */
const MARGIN = 1e-3;

/** Whether a look at the likeliest tokens may tell the draw. */
export function mayBeCertain({ temperature, top_p, top_k }: Sampling): boolean {
  return temperature === 0 || top_p < 1 || (top_k > 0 && top_k <= LEADERS);
}

/**
 * The token that the draw gives for certain, `undefined` where what is known does not prove it.
 *
 * The chain keeps the first tokens whose probabilities reach top_p together. Those of the leaders lie between
 * their weights over the most and over the least that all tokens can weigh: the penalty only lowers logits,
 * so tokens behind the leaders weigh at most what they weigh without it, and none gets above the last leader.
 * Where both ends give the same tokens, these and the random number tell the draw.
 *
 * @param seed of the draw.
 */
export function findCertainToken<Token extends number>(
  likeliest: Likeliest<Token>,
  place: DrawPlace<Token>,
  seed: number,
): Token | undefined {
  const { sampling, punished } = place;
  // A penalty below 1 raises logits: tokens behind the leaders might get above them.
  if (sampling.repetition_penalty < 1) return undefined;
  const candidates = [...likeliest.leaders]
    .map(([token, logit]) => ({
      token,
      logit: punished.has(token) ? punish(logit, sampling.repetition_penalty) : logit,
    }))
    .sort((a, b) => b.logit - a.logit);
  const others = othersOf(likeliest, punished);
  const kept = findKept(candidates, others, sampling);
  const [best] = kept;
  // Which of two equal ones comes first is a matter of llama.cpp's sorting.
  if (!best || kept.some(({ logit }, index) => logit === candidates[index + 1]?.logit)) return undefined;
  return kept.length === 1 ? best.token : drawFrom(kept, sampling.temperature, firstUniform(seed));
}

/** The tokens behind the leaders. */
interface Others {
  /** None of their logits is above this. */
  readonly highest: number;
  /** The sum of exp(logit) over them is at most, and at least, this times exp(`reference`). */
  readonly most: number;
  readonly least: number;
  readonly reference: number;
}

function othersOf<Token extends number>(
  { leaders, totalWeight, negligible, vocabularySize }: Likeliest<Token>,
  punished: ReadonlySet<Token>,
): Others {
  const logits = [...leaders.values()];
  const [reference = 0] = logits;
  const known = logits.reduce((sum, logit) => sum + Math.exp(logit - reference), 0);
  const weight = Math.max(0, totalWeight - known);
  // Where fewer came back than were asked for, all others are negligible.
  const last = logits.length < LEADERS ? undefined : logits.at(-1);
  const highest = last ?? reference + Math.log(negligible);
  return {
    highest,
    most: weight + vocabularySize * negligible,
    least: Math.max(0, weight - punished.size * Math.exp(highest - reference)),
    reference,
  };
}

/** The tokens that the chain keeps before its random draw, the likeliest first; none where that is not sure. */
function findKept<Token extends number>(
  candidates: readonly Candidate<Token>[],
  others: Others,
  { temperature, top_p, top_k }: Sampling,
): readonly Candidate<Token>[] {
  const ahead = candidates.filter(({ logit }) => logit > others.highest);
  const [best] = ahead;
  if (!best || temperature === 0) return ahead.slice(0, 1);
  const sumOf = (tokens: readonly Candidate<Token>[]) =>
    tokens.reduce((sum, { logit }) => sum + Math.exp(logit - best.logit), 0);
  if (top_k > 0 && top_k <= ahead.length) {
    const first = ahead.slice(0, top_k);
    const all = sumOf(first);
    return top_p >= 1 ? first : keepTopP(first, { least: all, most: all }, top_p);
  }
  const scale = Math.exp(others.reference - best.logit);
  const most = sumOf(candidates) + others.most * scale;
  const least = top_k > 0 ? sumOf(ahead) : sumOf(candidates) + others.least * scale;
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
function drawFrom<Token extends number>(
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
function punish(logit: number, penalty: number): number {
  const factor = Math.fround(penalty);
  return Math.fround(logit <= 0 ? logit * factor : logit / factor);
}

/**
 * A seed for the token at `index` of a completion: each token has a draw of its own, so that a token
 * which needed no draw, or was drawn twice, leaves those behind it as they are. (SplitMix32.)
 */
export function seedOfToken(seed: number, index: number): number {
  let mixed = (seed + Math.imul(index + 1, 0x9e37_79b9)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
  // llama.cpp takes the largest 32-bit number to mean "draw a seed".
  return Math.min((mixed ^ (mixed >>> 15)) >>> 0, 0xffff_fffe);
}

/**
 * The first number from 0 up to 1 that llama.cpp draws with a seed: C++'s `std::mt19937` makes two of 32 bits
 * (Matsumoto and Nishimura, 1998), which `std::uniform_real_distribution<double>` puts together.
 */
export function firstUniform(seed: number): number {
  const state = [seed >>> 0];
  for (let index = 1; index < 399; index++) {
    const last = state[index - 1] ?? 0;
    state.push((Math.imul(last ^ (last >>> 30), 0x6c07_8965) + index) >>> 0);
  }
  const [low, high] = [0, 1].map((index) => {
    const mixed = ((state[index] ?? 0) & 0x8000_0000) | ((state[index + 1] ?? 0) & 0x7fff_ffff);
    let word = (state[index + 397] ?? 0) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908_b0df : 0);
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    return (word ^ (word >>> 18)) >>> 0;
  });
  return ((low ?? 0) + (high ?? 0) * 2 ** 32) / 2 ** 64;
}
