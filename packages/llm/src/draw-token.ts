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

/** Tokens whose probability is less than this part of the likeliest's are not even summed up. */
export const NEGLIGIBLE = 1e-5;

/** What is known of the logits of all legal tokens before penalty and temperature. */
export interface Likeliest<Token extends number> {
  /** The {@link LEADERS} tokens with the highest logits, the highest first. */
  readonly leaders: ReadonlyMap<Token, number>;
  /** Sum of exp(logit - highest logit) over all tokens that are not {@link NEGLIGIBLE}. */
  readonly totalWeight: number;
  readonly vocabularySize: number;
}

/** Above this the likeliest token rarely holds top_p by itself. */
const LARGEST_TOP_P = 0.5;

/** llama.cpp computes with 32-bit floats: what is closer to top_p than this is left to it. */
const MARGIN = 1e-3;

/** Whether draws with these parameters mostly have one possible result. */
export function isNearlyGreedy({ temperature, top_p }: Sampling): boolean {
  return temperature === 0 || top_p <= LARGEST_TOP_P;
}

/**
 * The token that the draw gives for certain, `undefined` where what is known does not prove it.
 *
 * If the likeliest token alone reaches top_p, the chain keeps no other. Its probability is at least its
 * weight over that of all: the penalty only lowers logits, so tokens behind the leaders weigh at most
 * what they weigh without it, and none of them gets above the last leader.
 */
export function findCertainToken<Token extends number>(
  likeliest: Likeliest<Token>,
  place: DrawPlace<Token>,
): Token | undefined {
  const { sampling, punished } = place;
  // A penalty below 1 raises logits: tokens behind the leaders might get above them.
  if (sampling.repetition_penalty < 1) return undefined;
  const candidates = [...likeliest.leaders].map(([token, logit]) => ({
    token,
    logit: punished.has(token) ? punish(logit, sampling.repetition_penalty) : logit,
  }));
  return findCertain(candidates, othersOf(likeliest), sampling);
}

/** The tokens behind the leaders. */
interface Others {
  /** None of their logits is above this. */
  readonly highest: number;
  /** Their weights' sum is at most `weight` times exp(`reference`). */
  readonly weight: number;
  readonly reference: number;
}

function othersOf<Token extends number>({ leaders, totalWeight, vocabularySize }: Likeliest<Token>): Others {
  const logits = [...leaders.values()];
  const [reference = 0] = logits;
  const known = logits.reduce((sum, logit) => sum + Math.exp(logit - reference), 0);
  const weight = Math.max(0, totalWeight - known) + vocabularySize * NEGLIGIBLE;
  // Where fewer came back than were asked for, all others are negligible.
  const last = logits.length < LEADERS ? undefined : logits.at(-1);
  return { highest: last ?? reference + Math.log(NEGLIGIBLE), weight, reference };
}

/** The only token that top_p keeps. */
function findCertain<Token extends number>(
  candidates: readonly Candidate<Token>[],
  others: Others,
  { temperature, top_p }: Sampling,
): Token | undefined {
  const [head, ...tail] = candidates;
  if (!head) return undefined;
  const best = tail.reduce((a, b) => (b.logit > a.logit ? b : a), head);
  if (best.logit <= others.highest) return undefined;
  if (candidates.some(({ token, logit }) => logit === best.logit && token !== best.token)) return undefined;
  if (temperature === 0) return best.token;
  const known = candidates.reduce((sum, { logit }) => sum + Math.exp(logit - best.logit), 0);
  const most = known + others.weight * Math.exp(others.reference - best.logit);
  return 1 / most >= top_p + MARGIN ? best.token : undefined;
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
