import { z } from "zod";

import { callerToolSchema, returnedCallSchema, toolChoiceSchema, toolModeSchema } from "./caller-tools.js";
import { guardsSchema, lastTurnReasonSchema, onLimitSchema } from "./guards.js";
import { MAX_TOP_LOGPROBS } from "./logprobs.js";
import { modelNameSchema } from "./model-name.js";
import { responseFormatSchema } from "./response-format.js";
import { responseJobSchema } from "./response-job.js";
import { samplingSchema, wholeNumber } from "./sampling.js";
import { serviceTierSchema } from "./service-tier.js";
import { traceContextSchema } from "./trace-context.js";

/** Longest query, in UTF-16 code units. */
export const MAX_QUERY_LENGTH = 32_000;
/** Most tokens that may be generated in one turn. Who asks for more gets these. */
const MOST_TOKENS_A_TURN = 8_192;

/** Bounds of one query's agent loop. */
export const limitsSchema = z.object({
  /** Turns of the model, the final answer included. */
  max_steps: z.int().min(1).max(200).default(10),
  /** Tokens generated in one turn: at most 8,192, which is also what a larger number gives. */
  max_tokens: wholeNumber
    .min(1)
    .transform((tokens) => Math.min(tokens, MOST_TOKENS_A_TURN))
    .default(512),
  /** Tokens generated in all turns together. */
  max_total_tokens: z.int().min(1).max(200_000).default(8_192),
  /** Wall time from acceptance to the end, in seconds; then the query expires. Default: a day. */
  timeout_seconds: z.number().min(1).max(2_592_000).default(86_400),
  /** The last turn that the others allow: `answer` holds it to the final answer; `fail`: it is like any other. */
  on_limit: onLimitSchema.default("answer"),
});
export type Limits = z.infer<typeof limitsSchema>;

/**
 * Most runs of one query that vote on its answer. Self-consistency gains most of its accuracy with the first ten
 * (Wang et al. 2022, arXiv:2203.11171, figure 2).
 */
export const MAX_VOTES = 16;
/** Most answers of one request: as many as runs vote at most, which take as long. */
export const MAX_CHOICES = 8;

export const votesSchema = z.int().min(1).max(MAX_VOTES);

/** A caller's own notes: 16 pairs, keys of 64 and values of 512 characters. */
export const metadataSchema = z
  .record(z.string().max(64, "keys must have at most 64 characters"), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, "must have at most 16 pairs");

/** Somebody waits for an interactive query; one of a batch has time. */
const queryClassSchema = z.enum(["interactive", "batch"]);
export type QueryClass = z.output<typeof queryClassSchema>;

/** A part of a conversation. `action`: a call of a tool, as a turn has it after the primer. `tool`: its result. */
const saidSchema = z.object({
  role: z.enum(["user", "assistant", "action", "tool"]),
  content: z.string(),
  /** Of an action: the id of the call. */
  call_id: z.string().optional(),
});
export type Said = z.output<typeof saidSchema>;

/** What a query's job carries: written when it is accepted, never changed. */
export const agentJobSchema = z.object({
  tenant: z.string().default("default"),
  /** The key that it was submitted with. Default: none. */
  key_id: z.string().optional(),
  model: modelNameSchema,
  class: queryClassSchema.default("interactive"),
  /** Default: nothing was said of it, which is `default`. */
  service_tier: serviceTierSchema.optional(),
  query: z.string(),
  /** Instructions of the caller's own. Where there are tools they follow the agent's. */
  system: z.string().optional(),
  /** What was said before the query. */
  history: z.array(saidSchema).optional(),
  /** Calls of the caller's own tools, with their results, that earlier requests made for this very query. */
  calls: z.array(saidSchema).optional(),
  /** The beginning of the reply, which the model goes on with. */
  prefill: z.string().optional(),
  /** Without tools it is no agent: the model answers in plain text. */
  tools: z.array(z.string()),
  /** The caller's own tools. */
  caller_tools: z.array(callerToolSchema).optional(),
  /** What becomes of their calls. Default: `return`. */
  tool_mode: toolModeSchema.optional(),
  /** Seconds after which a call without a result gets an observation that says so. Default: never. */
  tool_timeout_seconds: z.number().optional(),
  /** Default: `auto`, all of them. */
  tool_choice: toolChoiceSchema.optional(),
  /** Queries of one key share a prefix: the model prefers a slot that still holds it. Default: the query's id. */
  cache_key: z.string().optional(),
  /** The JSON that the answer has to be. Default: it is text. */
  response_format: responseFormatSchema.optional(),
  /** Texts before the first of which an answer that is text ends. */
  stop: z.array(z.string()).optional(),
  /**
   * The probabilities of the answer's tokens are told, and those of so many of the likeliest at each place. Only without
   * tools. Default: they are not.
   */
  logprobs: z.int().min(0).max(MAX_TOP_LOGPROBS).optional(),
  /** Whether somebody reads the answer while it is written. */
  stream: z.boolean().optional(),
  /** Set where it answers a request for a response, in the form of OpenAI's Responses API. */
  response: responseJobSchema.optional(),
  sampling: samplingSchema,
  limits: limitsSchema,
  guards: guardsSchema.prefault({}),
  /** How many runs vote on the answer. 1: there is no vote. */
  votes: votesSchema.default(1),
  /** How many answers a chat asks for, each by a run of its own. Not with a vote. Default: one. */
  n: z.int().min(1).max(MAX_CHOICES).optional(),
  custom_id: z.string().optional(),
  /** Where in which trace it was submitted. Default: nowhere. */
  trace_context: traceContextSchema.optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  /** The key of the share of the model that the query is charged to: the tenant, or one of its batches. Default: the tenant. */
  flow: z.string().optional(),
  /** How many active shares its tenant had at the time of the submission: each gets an equal part of the tenant's share. */
  flows: z.int().min(1).default(1),
  /** The field under which its tokens count towards the budget of its batch. Default: the batch has none. */
  budget_field: z.string().optional(),
  /** Its place in the fair share of the model, and what its share was charged for it; set by the queue. */
  virtual_start: z.number().default(0),
  virtual_cost: z.number().default(0),
});
export type AgentJob = z.infer<typeof agentJobSchema>;

/** How an answer came to its end, under OpenAI's names. */
export const finishReasonSchema = z.enum(["stop", "length", "tool_calls"]);
export type FinishReason = z.infer<typeof finishReasonSchema>;

/** Why a query ended without an answer. */
export const failureCodeSchema = z.enum([
  "max_steps",
  "max_tokens",
  "context_exceeded",
  "invalid_request",
  "no_progress",
  "malformed_output",
  "schema_not_met",
  "worker_lost",
  "internal_error",
]);
export type FailureCode = z.infer<typeof failureCodeSchema>;

const answerShape = {
  status: z.literal("completed"),
  answer: z.string(),
  /** `length`: a limit ended it: the answer was cut off, or its turn was held to it. Default: `stop`. */
  finish_reason: finishReasonSchema.optional(),
  /** Why the turn was held to the final answer. Default: it was not. */
  forced_by: lastTurnReasonSchema.optional(),
  /** Calls of the caller's own tools with which the query ended in place of an answer, which is empty then. */
  tool_calls: z.array(returnedCallSchema).optional(),
};
const failureShape = {
  status: z.literal("failed"),
  error: z.object({ code: failureCodeSchema, message: z.string() }),
};

/** How one run of a vote ended. */
export const runOutcomeSchema = z.discriminatedUnion("status", [
  z.object(answerShape),
  z.object(failureShape),
]);
export type RunOutcome = z.output<typeof runOutcomeSchema>;

/** How a vote came out. The answer of the query is that of the first run which agrees. */
const voteResultSchema = z.object({
  /** The runs in their order, and whether each gave the query's answer. */
  runs: z.array(z.object({ outcome: runOutcomeSchema, agrees: z.boolean() })),
});

/** Set where runs voted. */
const votes = voteResultSchema.optional();

export const outcomeSchema = z.discriminatedUnion("status", [
  z.object({ ...answerShape, votes }),
  z.object({ ...failureShape, votes }),
  z.object({ status: z.literal("cancelled") }),
  /** It ran into its deadline (`timeout_seconds`). */
  z.object({ status: z.literal("expired") }),
]);
/** How a query ended. Written once; whatever comes later is void. */
export type Outcome = z.infer<typeof outcomeSchema>;

export const queryStatusSchema = z.enum([
  "queued",
  "running",
  "waiting_for_tool",
  "requires_action",
  "completed",
  "failed",
  "cancelled",
  "expired",
]);
export type QueryStatus = z.infer<typeof queryStatusSchema>;
