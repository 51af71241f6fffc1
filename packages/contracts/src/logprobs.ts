import { z } from "zod";

/** Most alternatives of a token that are told, as OpenAI has it. */
export const MAX_TOP_LOGPROBS = 20;

const logprobShape = {
  /** Its text; U+FFFD where it is a part of a character. */
  token: z.string(),
  /** Natural logarithm of its probability, before temperature, penalties and constraints. */
  logprob: z.number(),
};

/** A token that was generated, with the likeliest tokens at its place, the likeliest first. */
export const tokenLogprobSchema = z.object({ ...logprobShape, top: z.array(z.object(logprobShape)) });
export type TokenLogprob = z.output<typeof tokenLogprobSchema>;
