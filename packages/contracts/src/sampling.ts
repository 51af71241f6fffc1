import { z } from "zod";

/** What a request may say about how the next token is drawn. */
export const samplingRequestSchema = z.object({
  /** 0 (greedy) to 2. */
  temperature: z.number().min(0).max(2).optional(),
  /** Smallest set of tokens whose probabilities reach this sum; 1 keeps all. */
  top_p: z.number().gt(0).max(1).optional(),
  /** Most likely tokens kept; 0 keeps all. */
  top_k: z.int().min(0).max(1_000).optional(),
  /** Divides the logits of recent tokens; 1 is off. */
  repetition_penalty: z.number().min(0.5).max(2).optional(),
  /** Fixes the random draw; without one every run draws anew. */
  seed: z.int().min(0).max(0xffff_ffff).optional(),
});
export type SamplingRequest = z.infer<typeof samplingRequestSchema>;

const { temperature, top_p, top_k, repetition_penalty, seed } = samplingRequestSchema.shape;

/** How the next token is drawn. The defaults are the agent protocol's: nearly greedy. */
export const samplingSchema = z.object({
  temperature: temperature.unwrap().default(0.1),
  top_p: top_p.unwrap().default(0.15),
  top_k: top_k.unwrap().default(0),
  repetition_penalty: repetition_penalty.unwrap().default(1.1),
  seed,
});
export type Sampling = z.infer<typeof samplingSchema>;

/** What a request leaves open, filled in. @param tools the tools of the query: without any it is plain text. */
export function fillSampling(given: SamplingRequest, tools: readonly string[]): Sampling {
  if (tools.length > 0) return samplingSchema.parse(given);
  // Nothing is cut away and nothing is punished: at temperature 0 the text is the model's own.
  const { top_p = 1, repetition_penalty = 1, ...rest } = given;
  return samplingSchema.parse({ ...rest, top_p, repetition_penalty });
}
