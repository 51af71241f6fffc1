import { z } from "zod";
import { type FailureCode, failureCodeSchema } from "./errors.js";
import { modelNameSchema } from "./model-name.js";
import { samplingRequestSchema, samplingSchema, wholeNumber } from "./sampling.js";
import { toolInputSchema } from "./tools.js";

/** Longest query, in UTF-16 code units. */
export const MAX_QUERY_LENGTH = 32_000;
/** Most queries in one `POST /v1/queries`. */
export const MAX_QUERIES_PER_REQUEST = 1_000;

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
});
export type Limits = z.infer<typeof limitsSchema>;

/** A caller's own notes: 16 pairs, keys of 64 and values of 512 characters. */
export const metadataSchema = z
  .record(z.string().max(64, "keys must have at most 64 characters"), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, "must have at most 16 pairs");

/** The body of `POST /v1/queries`, or one element of its array. */
export const queryRequestSchema = z.strictObject({
  query: z
    .string()
    .max(MAX_QUERY_LENGTH, `must have at most ${MAX_QUERY_LENGTH} characters`)
    .refine((text) => text.trim() !== "", "must not be empty"),
  /** Default: the model that the server was started with. */
  model: z.string().optional(),
  /** The caller's own name for the query; returned as it came. */
  custom_id: z.string().min(1).max(512).optional(),
  /** Names of the tools that the agent may use. Default: all. With none the model answers in plain text. */
  tools: z.array(z.string()).max(64).optional(),
  metadata: metadataSchema.optional(),
  ...samplingRequestSchema.shape,
  ...limitsSchema.shape,
});

/** Somebody waits for an interactive query; one of a batch has time. */
export const queryClassSchema = z.enum(["interactive", "batch"]);
export type QueryClass = z.output<typeof queryClassSchema>;

/** What a query's job carries: written when it is accepted, never changed. */
export const agentJobSchema = z.object({
  tenant: z.string().default("default"),
  model: modelNameSchema,
  class: queryClassSchema.default("interactive"),
  query: z.string(),
  /** Instructions of the caller's own. Where there are tools they follow the agent's. */
  system: z.string().optional(),
  /** What was said before the query. */
  history: z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() })).optional(),
  /** The beginning of the reply, which the model goes on with. */
  prefill: z.string().optional(),
  /** Without tools it is no agent: the model answers in plain text. */
  tools: z.array(z.string()),
  /** Whether somebody reads the answer while it is written. */
  stream: z.boolean().optional(),
  sampling: samplingSchema,
  limits: limitsSchema,
  custom_id: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  /** The key of the share of the model that the query is charged to: the tenant, or one of its batches. Default: the tenant. */
  flow: z.string().optional(),
  /** How many active shares its tenant had at the time of the submission: each gets an equal part of the tenant's share. */
  flows: z.int().min(1).default(1),
  /** Its place in the fair share of the model, and what its share was charged for it; set by the queue. */
  virtual_start: z.number().default(0),
  virtual_cost: z.number().default(0),
});
export type AgentJob = z.infer<typeof agentJobSchema>;

/** How an answer came to its end, under OpenAI's names. */
export const finishReasonSchema = z.enum(["stop", "length"]);
export type FinishReason = z.infer<typeof finishReasonSchema>;

export const outcomeSchema = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("completed"),
    answer: z.string(),
    /** `length`: the answer was cut off, by a limit of tokens or by the context. Default: `stop`. */
    finish_reason: finishReasonSchema.optional(),
  }),
  z.object({
    status: z.literal("failed"),
    error: z.object({ code: failureCodeSchema, message: z.string() }),
  }),
  z.object({ status: z.literal("cancelled") }),
  /** It ran into its deadline (`timeout_seconds`). */
  z.object({ status: z.literal("expired") }),
]);
/** How a query ended. Written once; whatever comes later is void. */
export type Outcome = z.infer<typeof outcomeSchema>;

const FAILURE_STATUS: Readonly<Record<FailureCode, number>> = {
  max_steps: 422,
  max_tokens: 422,
  context_exceeded: 400,
  invalid_request: 400,
  malformed_output: 502,
  worker_lost: 500,
  internal_error: 500,
};

/** Why a query gave no answer, as an HTTP response says it. */
export function outcomeError(
  outcome: Exclude<Outcome, { status: "completed" }>,
  limits: Limits,
): { status: number; type: string; code: FailureCode | "request_timeout" | "cancelled"; message: string } {
  if (outcome.status === "cancelled") {
    return {
      status: 400,
      type: "invalid_request_error",
      code: "cancelled",
      message: "The query was cancelled.",
    };
  }
  if (outcome.status === "expired") {
    const message = `The query did not end within its ${limits.timeout_seconds} seconds (timeout_seconds).`;
    return { status: 408, type: "server_error", code: "request_timeout", message };
  }
  const status = FAILURE_STATUS[outcome.error.code];
  return { status, type: status < 500 ? "invalid_request_error" : "server_error", ...outcome.error };
}

export const queryStatusSchema = z.enum([
  "queued",
  "running",
  "waiting_for_tool",
  "completed",
  "failed",
  "cancelled",
  "expired",
]);
export type QueryStatus = z.infer<typeof queryStatusSchema>;

export const usageSchema = z.object({
  prompt_tokens: z.int(),
  cached_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
  turns: z.int(),
  tool_calls: z.int(),
});

/** A query as the API shows it. Times are Unix milliseconds, `null` where not reached. */
export const queryViewSchema = z.object({
  id: z.string(),
  object: z.literal("query"),
  status: queryStatusSchema,
  model: z.string(),
  query: z.string(),
  custom_id: z.string().nullable(),
  answer: z.string().nullable(),
  /** `length`: the answer was cut off. `null` where there is none. */
  finish_reason: finishReasonSchema.nullable().default(null),
  error: z.object({ code: failureCodeSchema, message: z.string() }).nullable(),
  /** The tool calls, in order. `observation` is null while the tool has not answered. */
  steps: z.array(
    z.object({
      tool_name: z.string(),
      input: toolInputSchema,
      observation: z.string().nullable(),
      is_error: z.boolean().nullable(),
    }),
  ),
  usage: usageSchema,
  created_at: z.number(),
  finished_at: z.number().nullable(),
  metadata: z.record(z.string(), z.string()).nullable(),
});
export type QueryView = z.infer<typeof queryViewSchema>;
