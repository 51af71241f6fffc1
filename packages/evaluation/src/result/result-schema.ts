import { z } from "zod";

/** Version of the result file. It grows when a field changes its meaning or goes. */
export const RESULT_SCHEMA_VERSION = 1;

const outcomeSchema = z
  .enum(["right", "wrong", "failed", "unjudged"])
  .describe(
    "`failed`: the model gave no answer; `unjudged`: the judge gave no verdict. Neither counts in the accuracy.",
  );

const stepSchema = z.looseObject({
  tool_name: z.string(),
  input: z.unknown(),
  observation: z.string().nullable(),
  is_error: z.boolean().nullable(),
});

const judgementSchema = z
  .object({
    model: z.string().describe("Who judged."),
    prompt: z.string(),
    reply: z.string().nullable(),
    verdict: z.enum(["correct", "incorrect"]).nullable(),
    error: z.string().nullable(),
  })
  .describe("What the judge was asked and said.");
export type Judgement = z.output<typeof judgementSchema>;

/** What the stack gave for one case: an answer, or why there is none. */
export const generationSchema = z.object({
  query_id: z.string().nullable(),
  answer: z.string().nullable(),
  /** `length`: cut off by a limit. */
  finish_reason: z.string().nullable(),
  /** Whether the answer was demanded because a limit was reached. */
  forced: z.boolean().default(false),
  /** How its runs voted. Default: there was no vote. */
  votes: z
    .looseObject({
      requested: z.int(),
      answers: z.int(),
      agreed: z.int().nullable(),
      share: z.number().nullable(),
    })
    .nullable()
    .optional(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  steps: z.array(stepSchema),
  turns: z.int(),
  prompt_tokens: z.int().nullable().describe("Null where the query failed: the API does not say it."),
  completion_tokens: z.int().nullable(),
  generation_ms: z.number().nullable().describe("Time spent generating, in milliseconds."),
  duration_ms: z.number().nullable().describe("From acceptance to the end, in milliseconds."),
});
export type Generation = z.output<typeof generationSchema>;

/** A case with its answer and what the check says of it. */
const scoredCaseSchema = z.object({
  id: z.string(),
  class: z.string(),
  question: z.string(),
  expected: z.unknown(),
  check: z.string(),
  outcome: outcomeSchema,
  reason: z.string(),
  judgement: judgementSchema.optional(),
  generation: generationSchema,
});
export type ScoredCase = z.output<typeof scoredCaseSchema>;

const tallySchema = z.object({
  total: z.int(),
  right: z.int(),
  wrong: z.int(),
  failed: z.int(),
  unjudged: z.int(),
  accuracy: z.number().nullable().describe("right / (right + wrong); null if nothing was scored."),
  interval: z.object({ low: z.number(), high: z.number() }).describe("95 %, by Wilson's score method."),
  turns_mean: z.number(),
  tool_calls: z.int(),
  tool_errors: z.int(),
  guard_events: z
    .int()
    .describe("Repeated calls that were not run again, and answers that a limit demanded."),
  cut: z.int().describe("Answers that a limit cut off."),
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  duration_ms_median: z.number().nullable(),
});
export type Tally = z.output<typeof tallySchema>;

const summarySchema = tallySchema.extend({
  by_class: z.record(z.string(), tallySchema),
  failures: z.record(z.string(), z.int()).describe("Failed cases by their error code."),
  cost: z
    .object({
      input: z.number(),
      output: z.number(),
      total: z.number(),
      price_in: z.number().describe("For a million prompt tokens."),
      price_out: z.number().describe("For a million generated tokens."),
    })
    .nullable(),
});
export type Summary = z.output<typeof summarySchema>;

const runInfoSchema = z.object({
  dataset: z.string(),
  dataset_sha256: z.string(),
  model: z.string(),
  batch_id: z.string(),
  started_at: z.string(),
  finished_at: z.string().nullable(),
  wall_ms: z.number().nullable().describe("From the first to the last moment of the batch, in milliseconds."),
});
export type RunInfo = z.output<typeof runInfoSchema>;

/** The whole of `result.json`. */
export const resultSchema = z.object({
  schema_version: z.literal(
    RESULT_SCHEMA_VERSION,
    `must be ${RESULT_SCHEMA_VERSION}: the file was written by another version of Bullpen`,
  ),
  run: runInfoSchema,
  summary: summarySchema,
  cases: z.array(scoredCaseSchema),
});
export type EvaluationResult = z.output<typeof resultSchema>;
