import {
  failureCodeSchema,
  guardEventSchema,
  lastTurnReasonSchema,
  limitsSchema,
  queryStatusSchema,
  samplingSchema,
  toolInputSchema,
} from "@bullpen/contracts";
import { z } from "zod";

const milliseconds = z.number().nullable();

const promptSchema = z.object({
  messages: z.array(z.object({ role: z.enum(["system", "user", "assistant", "tool"]), content: z.string() })),
  primer: z.string().describe("Text that opens the model's reply; what it wrote follows it."),
});

/** What a tool answered to a turn, and when. */
const transcriptObservationSchema = z.object({
  text: z.string(),
  is_error: z.boolean(),
  guard: guardEventSchema
    .nullable()
    .describe("Set where a guard answered in place of the tool, which was not run."),
  started_at: z.number().nullable().describe("When the call began to run, in Unix milliseconds."),
  waiting_ms: milliseconds.describe("From the end of the turn to the beginning of the call."),
  duration_ms: z.number(),
  worker: z.string().nullable().describe("The tool-worker that ran it: `host:pid`."),
  attempts: z.int().nullable().describe("How often tool-workers took the call."),
});

/** One turn of the model, and what followed from it. */
const transcriptTurnSchema = z.object({
  index: z.int().describe("From 0."),
  run: z.int().describe("The run of a vote that it belongs to, from 0."),
  text: z.string().describe("What the model wrote after the primer."),
  tool_name: z.string().nullable().describe("The tool that it calls; null where it calls none."),
  input: toolInputSchema.nullable(),
  finish_reason: z.enum(["stop", "length", "context"]),
  forced_by: lastTurnReasonSchema
    .nullable()
    .describe("Why it could only be the answer; null where it could be more."),
  usage: z.object({
    prompt_tokens: z.int(),
    cached_tokens: z.int().describe("The part of `prompt_tokens` that was not computed again."),
    completion_tokens: z.int(),
  }),
  started_at: z.number().nullable().describe("Unix milliseconds."),
  waiting_ms: milliseconds.describe(
    "From the submission, or the observation before, to the beginning of the computation.",
  ),
  prompt_ms: milliseconds.describe("To compute the prompt and the first token."),
  generation_ms: milliseconds.describe("From the first token to the last."),
  duration_ms: z.number().describe("All of it in the worker."),
  worker: z.string().nullable().describe("The worker that ran it: `host:pid`."),
  retries: z
    .int()
    .nullable()
    .describe(
      "How often a worker had taken the query for this turn before, and died, stopped or lost Redis.",
    ),
  prompt: promptSchema
    .nullable()
    .describe("The conversation that the model went on from; null without `prompt=true`."),
  observation: transcriptObservationSchema.nullable().describe("Null where there is none, or none yet."),
});
export type TranscriptTurn = z.output<typeof transcriptTurnSchema>;

/** All that happened to a query. Null stands for what is not known, as of queries of earlier versions. */
export const transcriptViewSchema = z.object({
  id: z.string(),
  object: z.literal("query.transcript"),
  status: queryStatusSchema,
  model: z.string(),
  class: z.enum(["interactive", "batch"]),
  custom_id: z.string().nullable(),
  query: z.string(),
  answer: z.string().nullable(),
  error: z.object({ code: failureCodeSchema, message: z.string() }).nullable(),
  created_at: z.number().describe("Unix milliseconds."),
  finished_at: z.number().nullable().describe("Unix milliseconds."),
  tools: z.array(z.string()).describe("The tools that it may call."),
  sampling: samplingSchema,
  limits: limitsSchema,
  times: z
    .object({
      waiting_ms: milliseconds.describe("For workers, slots and tool-workers."),
      prompt_ms: milliseconds,
      generation_ms: milliseconds,
      tool_ms: milliseconds.describe("In tools."),
    })
    .describe("Where its time went, so far; null where a turn does not tell."),
  retries: z.int().describe("Of all turns."),
  turns: z.array(transcriptTurnSchema),
});
export type TranscriptView = z.output<typeof transcriptViewSchema>;
