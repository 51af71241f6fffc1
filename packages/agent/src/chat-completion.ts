import type { AgentJob, FailureCode, FinishReason, Outcome, QueryView, Transcript } from "@bullpen/contracts";
import { outcomeError } from "@bullpen/contracts";
import { summarizeTranscript } from "./summarize.js";

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
export interface AgentTrace {
  readonly query_id: string;
  readonly steps: QueryView["steps"];
  readonly turns: number;
  readonly tool_calls: number;
  /** Time spent generating, in all turns. */
  readonly generation_ms: number;
  /** From acceptance to the end; `null` when the end's time is not known. */
  readonly duration_ms: number | null;
}

/** Tokens of all turns, under the names of the chat API. */
export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: 0 };
}

export interface ChatCompletion {
  readonly id: string;
  readonly object: "chat.completion";
  /** Unix seconds. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly [
    {
      readonly index: 0;
      readonly message: { readonly role: "assistant"; readonly content: string; readonly refusal: null };
      readonly logprobs: null;
      readonly finish_reason: FinishReason;
    },
  ];
  readonly usage: ChatUsage;
  readonly bullpen: AgentTrace;
}

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
  if (outcome.status !== "completed") {
    const { status, ...error } = outcomeError(outcome, query.job.limits);
    return { failure: { status, body: { error: { ...error, param: null }, bullpen: traceOf(query) } } };
  }
  return {
    completion: {
      id: chatIdOf(query.id),
      object: "chat.completion",
      created: Math.floor(query.createdAt / 1_000),
      model: query.job.model,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: outcome.answer, refusal: null },
          logprobs: null,
          finish_reason: outcome.finish_reason ?? "stop",
        },
      ],
      usage: usageOf(query.transcript),
      bullpen: traceOf(query),
    },
  };
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

export function traceOf({ id, job, transcript, createdAt, finishedAt }: EndedQuery): AgentTrace {
  const { steps, usage } = summarizeTranscript(transcript, job.tools);
  return {
    query_id: id,
    steps,
    turns: usage.turns,
    tool_calls: usage.tool_calls,
    generation_ms: Math.round(transcript.steps.reduce((sum, { turn }) => sum + turn.duration_ms, 0)),
    duration_ms: finishedAt === undefined ? null : finishedAt - createdAt,
  };
}
