import { z } from "zod";

/** How the next token is drawn. The defaults are the agent protocol's: nearly greedy. */
export const samplingSchema = z.object({
  /** 0 (greedy) to 2. */
  temperature: z.number().min(0).max(2).default(0.1),
  /** Smallest set of tokens whose probabilities reach this sum; 1 keeps all. */
  top_p: z.number().gt(0).max(1).default(0.15),
  /** Most likely tokens kept; 0 keeps all. */
  top_k: z.int().min(0).max(1_000).default(0),
  /** Divides the logits of recent tokens; 1 is off. */
  repetition_penalty: z.number().min(0.5).max(2).default(1.1),
  /** Fixes the random draw; without one every run draws anew. */
  seed: z.int().min(0).max(0xffff_ffff).optional(),
});
export type Sampling = z.infer<typeof samplingSchema>;
