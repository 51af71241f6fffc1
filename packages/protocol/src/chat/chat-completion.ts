import { runsOf, summarizeTranscript } from "@bullpen/agent";
import {
  type AgentJob,
  callIdOf,
  type FailureCode,
  finishReasonSchema,
  type Outcome,
  type ReturnedCall,
  type RunOutcome,
  type Transcript,
  toolNamesOf,
} from "@bullpen/contracts";
import { z } from "zod";
import { errorBodySchema } from "../errors.js";
import { outcomeError } from "../queries/outcome-error.js";
import { forcedOf, forcedShape, stepViewSchema, votesOf, votesShape } from "../queries/query-view.js";
import { serviceTierViewSchema, tierOf } from "../service-tier.js";
import { type FunctionCall, functionCallSchema } from "../tool-calls/tool-call-view.js";
import { logprobsView, logprobsViewSchema } from "./logprobs.js";

/** A query that has ended, as far as its answer needs it. */
export interface EndedQuery {
  readonly id: string;
  readonly job: AgentJob;
  readonly transcript: Transcript;
  readonly outcome: Outcome;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
}

/** What Bullpen adds to a completion: how the agent came to its answer. */
export const agentTraceSchema = z.object({
  query_id: z.string(),
  steps: z
    .array(stepViewSchema)
    .describe("The tool calls, in order; of a vote those of the run that gave the answer."),
  turns: z.int(),
  tool_calls: z.int(),
  generation_ms: z.number().describe("Time spent generating, in all turns."),
  duration_ms: z
    .number()
    .nullable()
    .describe("From acceptance to the end; null when the end's time is not known."),
  ...forcedShape,
  ...votesShape,
});
export type AgentTrace = z.output<typeof agentTraceSchema>;

/** Tokens of all turns, under the names of the chat API. */
const chatUsageSchema = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
  prompt_tokens_details: z.object({ cached_tokens: z.int() }),
  completion_tokens_details: z.object({ reasoning_tokens: z.int() }),
});
export type ChatUsage = z.output<typeof chatUsageSchema>;

const chatChoiceSchema = z.object({
  index: z.int(),
  message: z.object({
    role: z.literal("assistant"),
    content: z.string().nullable().describe("The answer; null where tools of yours are called instead."),
    refusal: z.null(),
    tool_calls: z
      .array(functionCallSchema)
      .optional()
      .describe("Calls of your own tools (`finish_reason` is `tool_calls`): run them and send the results."),
  }),
  logprobs: logprobsViewSchema.nullable(),
  finish_reason: finishReasonSchema,
});

/** An answer in the form of OpenAI's chat completions. */
export const chatCompletionSchema = z.object({
  id: z.string(),
  object: z.literal("chat.completion"),
  created: z.int().describe("Unix seconds."),
  model: z.string(),
  choices: z.array(chatChoiceSchema).describe("The answer; with `n` that of each run that gave one."),
  usage: chatUsageSchema,
  service_tier: serviceTierViewSchema.optional(),
  bullpen: agentTraceSchema,
});
/** Of its choices there is at least one. */
export type ChatCompletion = Omit<z.output<typeof chatCompletionSchema>, "choices"> & {
  readonly choices: readonly [z.output<typeof chatChoiceSchema>, ...z.output<typeof chatChoiceSchema>[]];
};

/** One event of a streamed answer. The stream ends with `data: [DONE]`. */
export const chatCompletionChunkSchema = z.object({
  id: z.string(),
  object: z.literal("chat.completion.chunk"),
  created: z.int().describe("Unix seconds."),
  model: z.string(),
  service_tier: serviceTierViewSchema.optional(),
  choices: z
    .array(
      z.object({
        index: z.int(),
        delta: z.object({
          role: z.literal("assistant").optional(),
          content: z.string().optional(),
          refusal: z.null().optional(),
          tool_calls: z
            .array(
              z.object({
                index: z.int().describe("Which of the calls this is a piece of."),
                id: z.string().optional(),
                type: z.literal("function").optional(),
                function: z.object({
                  name: z.string().optional(),
                  arguments: z.string().describe("A piece of the arguments."),
                }),
              }),
            )
            .optional(),
        }),
        logprobs: logprobsViewSchema
          .nullable()
          .describe("Those of the whole answer, in the chunk that ends it."),
        finish_reason: finishReasonSchema.nullable(),
      }),
    )
    .describe("One piece of the answer; none in the chunk that holds the usage."),
  usage: chatUsageSchema.optional().describe("In the last chunk, with `stream_options.include_usage`."),
  bullpen: agentTraceSchema.optional().describe("In the chunk that ends the answer."),
});
export type ChatCompletionChunk = z.output<typeof chatCompletionChunkSchema>;

/** The body of a chat completion that failed: the error, and how far the agent came. */
export const chatFailureBodySchema = errorBodySchema.extend({ bullpen: agentTraceSchema });

/** The error that a failed query's caller sees, with its HTTP status. */
export interface ChatFailure {
  readonly status: number;
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: string;
      readonly code: FailureCode | "request_timeout" | "cancelled";
      readonly param: null;
    };
    readonly bullpen: AgentTrace;
  };
}

/** The answer in the form of OpenAI's chat completions, or the error in its place. */
export function toChatResult(query: EndedQuery): { completion: ChatCompletion } | { failure: ChatFailure } {
  const { outcome } = query;
  if (outcome.status !== "completed") return { failure: toFailure(query, outcome) };
  return {
    completion: {
      id: chatIdOf(query.id),
      object: "chat.completion",
      created: Math.floor(query.createdAt / 1_000),
      model: query.job.model,
      choices: choicesOf(query, outcome),
      usage: usageOf(query.transcript),
      ...tierOf(query.job),
      bullpen: traceOf(query),
    },
  };
}

/** The error in place of an answer. */
export function toFailure(
  query: EndedQuery,
  outcome: Exclude<Outcome, { status: "completed" }>,
): ChatFailure {
  const { status, ...error } = outcomeError(outcome, query.job.limits);
  return { status, body: { error: { ...error, param: null }, bullpen: traceOf(query) } };
}

type Answer = Extract<RunOutcome, { status: "completed" }>;

/** The answer; where several are asked for, that of each run that gave one, under the run's index. */
function choicesOf(query: EndedQuery, only: Answer): ChatCompletion["choices"] {
  const { job, outcome } = query;
  const runs = job.n !== undefined && "votes" in outcome ? outcome.votes?.runs : undefined;
  const choices = (runs ?? [{ outcome: only }]).flatMap((run, index) =>
    run.outcome.status === "completed" ? [choiceOf(query, run.outcome, index)] : [],
  );
  const [first = choiceOf(query, only, 0), ...others] = choices;
  return [first, ...others];
}

function choiceOf(
  { id, transcript }: EndedQuery,
  answer: Answer,
  index: number,
): z.output<typeof chatChoiceSchema> {
  const finish_reason = answer.finish_reason ?? "stop";
  const turn = runsOf(transcript)[index]?.steps.at(-1)?.turn;
  const logprobs = turn ? logprobsView(turn, answer.answer) : null;
  return { index, message: messageOf(id, answer), logprobs, finish_reason };
}

function messageOf(
  queryId: string,
  { answer, tool_calls: calls }: Answer,
): z.output<typeof chatChoiceSchema>["message"] {
  if (!calls) return { role: "assistant", content: answer, refusal: null };
  return { role: "assistant", content: null, refusal: null, tool_calls: toFunctionCalls(queryId, calls) };
}

/** Calls as callers see them. */
export function toFunctionCalls(queryId: string, calls: readonly ReturnedCall[]): FunctionCall[] {
  return calls.map(({ step, name, arguments: args }) => {
    return { id: callIdOf(queryId, step), type: "function", function: { name, arguments: args } };
  });
}

/** The id of the completion that a query gives. */
export function chatIdOf(queryId: string): string {
  return queryId.replace(/^query_/, "chatcmpl-");
}

export function usageOf(transcript: Transcript): ChatUsage {
  const { usage } = summarizeTranscript(transcript, []);
  return {
    prompt_tokens: usage.prompt_tokens,
    completion_tokens: usage.completion_tokens,
    total_tokens: usage.total_tokens,
    prompt_tokens_details: { cached_tokens: usage.cached_tokens },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}

/** How a query has come to where it is. */
export function traceOf({
  id,
  job,
  transcript,
  outcome,
  createdAt,
  finishedAt,
}: Omit<EndedQuery, "outcome"> & { readonly outcome: Outcome | undefined }): AgentTrace {
  const { steps, usage } = summarizeTranscript(transcript, toolNamesOf(job));
  return {
    query_id: id,
    steps,
    turns: usage.turns,
    tool_calls: usage.tool_calls,
    generation_ms: Math.round(transcript.steps.reduce((sum, { turn }) => sum + turn.duration_ms, 0)),
    duration_ms: finishedAt === undefined ? null : finishedAt - createdAt,
    ...forcedOf(outcome),
    ...votesOf(transcript, job),
  };
}
