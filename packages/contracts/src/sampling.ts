import { z } from "zod";

/** A `top_p` below this keeps the likeliest token alone, as 0 asks for: engines take 0 for other things. */
const LEAST_TOP_P = 1e-6;
const MOST_TOP_K = 2 ** 31 - 1;

/** A number without a fraction, of any size: JSON's largest 64-bit integers are no safe integers here. */
export const wholeNumber = z
  .number()
  .refine(Number.isInteger, { error: "must be a whole number", abort: true });

/** Most tokens that a request may bias, as OpenAI takes them. */
const MAX_BIASED = 1_024;

const penalty = z
  .number()
  .min(-2)
  .max(2)
  .transform((size) => (size === 0 ? undefined : size))
  .optional();

/** What a request may say about how the next token is sampled. */
export const samplingRequestSchema = z.object({
  /** 0 (greedy) to 2. */
  temperature: z.number().min(0).max(2).optional(),
  /** Smallest set of tokens whose probabilities reach this sum, 0 to 1; 1 keeps all, 0 the likeliest. */
  top_p: z
    .number()
    .min(0)
    .max(1)
    .transform((sum) => Math.max(sum, LEAST_TOP_P))
    .optional(),
  /** Most likely tokens kept; 0 and −1 keep all. */
  top_k: wholeNumber
    .min(-1)
    .max(MOST_TOP_K)
    .transform((count) => Math.max(count, 0))
    .optional(),
  /** Divides the logits of recent tokens; 1 is off. */
  repetition_penalty: z.number().min(0.5).max(2).optional(),
  /** Is taken from the logit of a token for each time that the text has it, −2 to 2; 0 is off. */
  frequency_penalty: penalty,
  /** Is taken from the logits of tokens that the text has, −2 to 2; 0 is off. */
  presence_penalty: penalty,
  /** What is added to the logits of tokens, by their numbers in the model's vocabulary, −100 to 100. */
  logit_bias: z
    .record(z.string().regex(/^\d{1,7}$/, "must be numbers of tokens"), z.number().min(-100).max(100))
    .refine((biases) => Object.keys(biases).length <= MAX_BIASED, `must name at most ${MAX_BIASED} tokens`)
    .transform((biases) => (Object.keys(biases).length === 0 ? undefined : biases))
    .optional(),
  /**
   * Seeds sampling; without one, or with −1, every run samples differently. Any 64-bit integer, folded to the
   * 32 bits that engines take.
   */
  seed: wholeNumber
    .min(-(2 ** 63), "must be a 64-bit integer")
    .max(2 ** 64, "must be a 64-bit integer")
    .transform((seed) => (seed === -1 ? undefined : foldSeed(seed)))
    .optional(),
});
export type SamplingRequest = z.output<typeof samplingRequestSchema>;

/** Both halves of a seed, so that seeds that differ in either draw differently; small ones stay as they are. */
function foldSeed(seed: number): number {
  const bits = BigInt.asUintN(64, BigInt(seed));
  return Number((bits >> 32n) ^ (bits & 0xffff_ffffn));
}

const { temperature, top_p, top_k, repetition_penalty, seed, ...further } = samplingRequestSchema.shape;

/** How the next token is sampled. The defaults are the agent protocol's: nearly greedy. */
export const samplingSchema = z.object({
  temperature: temperature.unwrap().default(0.1),
  top_p: top_p.unwrap().default(0.15),
  top_k: top_k.unwrap().default(0),
  repetition_penalty: repetition_penalty.unwrap().default(1.1),
  seed,
  ...further,
});
export type Sampling = z.output<typeof samplingSchema>;

/** What the runs of a vote are sampled with: nearly greedy ones would all give the same answer. */
const VOTE_SAMPLING = { temperature: 0.7, top_p: 0.95 } as const;

/** What decides what a request's sampling leaves open. */
export interface SamplingContext {
  /** The tools of the query: without any it is plain text. */
  readonly tools: readonly string[];
  /** How many runs vote on its answer. */
  readonly votes: number;
}

/** What a request leaves open, filled in. */
export function fillSampling(given: SamplingRequest, { tools, votes }: SamplingContext): Sampling {
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  // Without tools nothing is cut away and nothing is punished: at temperature 0 the text is the model's own.
  const open = tools.length > 0 ? {} : { top_p: 1, repetition_penalty: 1 };
  const defaults = { ...open, ...(votes > 1 && VOTE_SAMPLING) };
  return samplingSchema.parse({ ...defaults, ...Object.fromEntries(known) });
}

/** The parameter that makes every run of a query sample the same text; `undefined` if none does. */
export function greedyParameter({ temperature, top_p, top_k }: Sampling): keyof Sampling | undefined {
  if (temperature === 0) return "temperature";
  if (top_p <= LEAST_TOP_P) return "top_p";
  return top_k === 1 ? "top_k" : undefined;
}
