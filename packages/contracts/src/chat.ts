import { z } from "zod";
import { limitsSchema, MAX_QUERY_LENGTH, metadataSchema } from "./query.js";
import { samplingRequestSchema } from "./sampling.js";

/** Messages of one conversation. */
const MAX_MESSAGES = 500;

const text = z
  .string()
  .max(MAX_QUERY_LENGTH, `must have at most ${MAX_QUERY_LENGTH} characters`)
  .refine((value) => value.isWellFormed(), "must be well-formed Unicode (it holds a lone surrogate)")
  .refine((value) => !value.includes("\0"), "must not hold the character U+0000");

/** Text as it stands, or in parts of type `text`; other parts (images, audio) are refused. */
const content = z.union(
  [
    text,
    z
      .array(z.strictObject({ type: z.literal("text", 'must be "text"'), text }))
      .min(1)
      .transform((parts) => parts.map((part) => part.text).join("")),
  ],
  "must be text, or parts of the type text",
);

export const chatMessageSchema = z.strictObject({
  role: z.enum(["system", "developer", "user", "assistant"], "must be system, developer, user or assistant"),
  content,
  name: z.string().max(64).optional(),
});

/** A parameter of the original that has no effect here: only the value that means "none" is taken. */
function onlyDefault<const Value>(value: Value, advice: string) {
  return z
    .unknown()
    .refine((given) => given === undefined || given === null || sameJson(given, value), advice)
    .optional();
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What Bullpen adds to the original's request, under one key. */
const bullpenParametersSchema = z.strictObject({
  tools: z.array(z.string()).max(64).optional(),
  max_steps: limitsSchema.shape.max_steps,
  max_total_tokens: limitsSchema.shape.max_total_tokens,
  timeout_seconds: limitsSchema.shape.timeout_seconds,
});

/**
 * The body of `POST /v1/chat/completions` and of a batch's lines, as OpenAI's API reference has it. What
 * Bullpen cannot honour is refused by name, never ignored.
 */
export const chatRequestSchema = z.strictObject({
  model: z.string().optional(),
  messages: z.array(chatMessageSchema).min(1, "must hold a message").max(MAX_MESSAGES),
  ...samplingRequestSchema.shape,
  /** The older name of `max_completion_tokens`: most tokens generated in one turn. */
  max_tokens: limitsSchema.shape.max_tokens.unwrap().nullish(),
  max_completion_tokens: limitsSchema.shape.max_tokens.unwrap().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).nullish(),
  metadata: metadataSchema.nullish(),
  /** Labels of the caller's own. They change nothing. */
  user: z.string().max(512).optional(),
  safety_identifier: z.string().max(512).optional(),
  prompt_cache_key: z.string().max(512).optional(),
  service_tier: z.enum(["auto", "default", "flex", "priority"]).nullish(),
  store: onlyDefault(false, "must be false: completions are not stored"),
  n: onlyDefault(1, "must be 1: send the request again for another answer"),
  tools: onlyDefault([], "cannot be set: the agent brings its own tools; choose among them in bullpen.tools"),
  tool_choice: onlyDefault("auto", "cannot be set: the agent chooses its tools"),
  parallel_tool_calls: onlyDefault(true, "cannot be set: the agent calls one tool at a time"),
  functions: onlyDefault([], "cannot be set: the agent brings its own tools"),
  function_call: onlyDefault("auto", "cannot be set: the agent chooses its tools"),
  response_format: onlyDefault({ type: "text" }, 'must be {"type": "text"}: answers are plain text'),
  logprobs: onlyDefault(false, "must be false: log probabilities are not kept"),
  top_logprobs: onlyDefault(0, "must be 0: log probabilities are not kept"),
  logit_bias: onlyDefault({}, "must be empty"),
  frequency_penalty: onlyDefault(0, "must be 0; use repetition_penalty"),
  presence_penalty: onlyDefault(0, "must be 0; use repetition_penalty"),
  stop: onlyDefault([], "cannot be set: an agent's turn ends with its action"),
  modalities: onlyDefault(["text"], 'must be ["text"]'),
  reasoning_effort: onlyDefault("none", "cannot be set"),
  verbosity: onlyDefault("medium", "cannot be set"),
  /** What Bullpen adds: the agent's tools and limits. */
  bullpen: bullpenParametersSchema.prefault({}),
});
export type ChatRequest = z.output<typeof chatRequestSchema>;
