import { z } from "zod";

/** A `top_p` below this keeps the likeliest token alone, as 0 asks for: engines take 0 for other things. */
const LEAST_TOP_P = 1e-6;
const MOST_TOP_K = 2 ** 31 - 1;

/** A number without a fraction, of any size: JSON's largest 64-bit integers are no safe integers here. */
export const wholeNumber = z
  .number()
  .refine(Number.isInteger, { error: "must be a whole number", abort: true });

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

const { temperature, top_p, top_k, repetition_penalty, seed } = samplingRequestSchema.shape;

/** How the next token is sampled. The defaults are the agent protocol's: nearly greedy. */
export const samplingSchema = z.object({
  temperature: temperature.unwrap().default(0.1),
  top_p: top_p.unwrap().default(0.15),
  top_k: top_k.unwrap().default(0),
  repetition_penalty: repetition_penalty.unwrap().default(1.1),
  seed,
});
export type Sampling = z.output<typeof samplingSchema>;

/** What a request leaves open, filled in. @param tools the tools of the query: without any it is plain text. */
export function fillSampling(given: SamplingRequest, tools: readonly string[]): Sampling {
  if (tools.length > 0) return samplingSchema.parse(given);
  // Nothing is cut away and nothing is punished: at temperature 0 the text is the model's own.
  const { top_p = 1, repetition_penalty = 1, ...rest } = given;
  return samplingSchema.parse({ ...rest, top_p, repetition_penalty });
}
