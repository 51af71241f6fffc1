import type { BatchResult } from "@bullpen/client";
import { type Generation, generationSchema } from "@bullpen/evaluation";
import { z } from "zod";

const traceSchema = z.looseObject({
  query_id: z.string(),
  steps: z.array(z.unknown()),
  turns: z.int(),
  generation_ms: z.number(),
  duration_ms: z.number().nullable(),
  votes: generationSchema.shape.votes,
});

const answerSchema = z.looseObject({
  choices: z.array(
    z.looseObject({ message: z.looseObject({ content: z.string() }), finish_reason: z.string() }),
  ),
  usage: z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int() }),
  bullpen: traceSchema.extend({ forced: z.boolean().optional() }),
});

const failureSchema = z.looseObject({
  error: z.looseObject({ code: z.string().nullable(), message: z.string() }),
  bullpen: traceSchema.optional(),
});

/** What the batch says of one line, as evaluations keep it. A line without a result has failed too. */
export function toGeneration(result: BatchResult | undefined): Generation {
  const answered = answerSchema.safeParse(result?.response?.body);
  if (answered.success) {
    const { choices, usage, bullpen } = answered.data;
    return generationSchema.parse({
      ...traceOf(bullpen),
      answer: choices[0]?.message.content ?? "",
      finish_reason: choices[0]?.finish_reason ?? null,
      forced: bullpen.forced ?? false,
      error: null,
      prompt_tokens: usage.prompt_tokens,
      completion_tokens: usage.completion_tokens,
    });
  }
  const failed = failureSchema.safeParse(result?.response?.body);
  const error = failed.success ? failed.data.error : result?.error;
  return generationSchema.parse({
    ...traceOf(failed.success ? failed.data.bullpen : undefined),
    answer: null,
    finish_reason: null,
    error: {
      code: error?.code ?? "no_result",
      message: error?.message ?? "The batch ended without a result for this line.",
    },
    prompt_tokens: null,
    completion_tokens: null,
  });
}

function traceOf(trace: z.output<typeof traceSchema> | undefined) {
  return {
    query_id: trace?.query_id ?? null,
    steps: trace?.steps ?? [],
    turns: trace?.turns ?? 0,
    generation_ms: trace?.generation_ms ?? null,
    duration_ms: trace?.duration_ms ?? null,
    ...(trace?.votes && { votes: trace.votes }),
  };
}
