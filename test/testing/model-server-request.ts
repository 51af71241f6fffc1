import { z } from "zod";

/** What a server is asked; the rest of the body is for the flavour to judge. */
export const chatRequestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  max_tokens: z.int(),
  temperature: z.number(),
  top_p: z.number(),
});
export type ChatRequest = z.output<typeof chatRequestSchema>;

export interface Said {
  readonly content: string;
  readonly finishReason?: string;
  readonly promptTokens?: number;
  readonly cachedTokens?: number;
  readonly completionTokens?: number;
}
