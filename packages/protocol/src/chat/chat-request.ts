import {
  limitsSchema,
  MAX_CHOICES,
  MAX_QUERY_LENGTH,
  MAX_TOOL_NAME_LENGTH,
  metadataSchema,
  quote,
  samplingRequestSchema,
} from "@bullpen/contracts";
import { z } from "zod";
import { loopParameters, stopParameter } from "../queries/query-request.js";
import { serviceTierParameter } from "../service-tier.js";
import { chatToolChoiceSchema, chatToolsSchema, waitParameters } from "../tools/caller-tools-request.js";
import { logprobsParameters } from "./logprobs.js";
import { neutralParameters, only } from "./neutral-parameters.js";
import { responseFormatParameter } from "./response-format.js";

/** Messages of one conversation. */
const MAX_MESSAGES = 500;
/** Calls in one message, as many as OpenAI takes tools. */
const MAX_CALLS = 128;

const text = z.string().max(MAX_QUERY_LENGTH, `must have at most ${MAX_QUERY_LENGTH} characters`);

/** Part of a message. What else it says (`cache_control`, annotations) concerns other servers. */
const textPart = z.object(
  {
    type: z.literal("text", {
      error: ({ input }) =>
        input === undefined
          ? 'is required, and must be "text"'
          : `is ${quote(input)}, which cannot be read here: only parts of the type text can`,
    }),
    text,
  },
  "must be a part such as {type, text}",
);

/** Plain text, or parts of type `text`; other parts (images, audio) are refused. */
const content = z.union(
  [
    text,
    z
      .array(textPart)
      .min(1, "must hold a part")
      .transform((parts) => parts.map((part) => part.text).join("")),
  ],
  {
    error: ({ input }) =>
      input === undefined ? "is required, and must be text" : "must be text, or parts of the type text",
  },
);

const toolCall = z.object(
  {
    id: z.string("is required, and must be text").min(1, "must not be empty"),
    type: z.literal("function", 'must be "function"').default("function"),
    function: z.object({
      name: z.string("is required, and must be text").min(1, "must not be empty").max(MAX_TOOL_NAME_LENGTH),
      /** JSON, as the model wrote it. */
      arguments: text.default(""),
    }),
  },
  "must be a call such as {id, type, function: {name, arguments}}",
);

/**
 * A message as clients send it, and as Bullpen's own answers come back: their other fields are taken at the
 * values that say nothing.
 */
const messageShape = z.strictObject(
  {
    role: z.enum(
      ["system", "developer", "user", "assistant", "tool"],
      "must be system, developer, user, assistant or tool",
    ),
    /** Of an assistant message: the calls of tools that it made. */
    tool_calls: z.array(toolCall).max(MAX_CALLS).optional(),
    /** Of a tool message: the call whose result it holds. */
    tool_call_id: z.string().optional(),
    function_call: only([], "cannot be replayed: send the call as tool_calls"),
    audio: only([], "cannot be read: only text can"),
    refusal: only([""], "cannot be replayed: send what was said as content"),
    content: content.optional(),
    name: z.string().max(64).optional(),
    /** A label of the caller's own. */
    id: z.string().optional(),
    annotations: z.array(z.unknown()).optional(),
    parsed: z.unknown().optional(),
    /** What a model thought before it answered, which models are not shown again. */
    reasoning: z.unknown().optional(),
    reasoning_content: z.unknown().optional(),
  },
  "must be a message such as {role, content}",
);

const chatMessageSchema = messageShape.superRefine((message, context) => {
  const { role, content, tool_calls, tool_call_id } = message;
  const refuse = (key: keyof typeof message, problem: string) =>
    context.addIssue({ code: "custom", path: [key], message: problem, input: message[key] });
  const hasCalls = tool_calls !== undefined && tool_calls.length > 0;
  if (content === undefined && !hasCalls) refuse("content", "is required, and must be text");
  if (hasCalls && role !== "assistant") refuse("tool_calls", "can only be in a message of the assistant");
  if (tool_call_id !== undefined && role !== "tool")
    refuse("tool_call_id", "can only be in a message of the role tool");
});
export type ChatMessage = z.output<typeof chatMessageSchema>;

/** What Bullpen adds to the original's request, under one key. */
const bullpenParametersSchema = z.strictObject({
  tools: z.array(z.string()).max(64).optional(),
  max_steps: limitsSchema.shape.max_steps,
  max_total_tokens: limitsSchema.shape.max_total_tokens,
  timeout_seconds: limitsSchema.shape.timeout_seconds,
  ...waitParameters,
  ...loopParameters,
});

const maxTokens = limitsSchema.shape.max_tokens.unwrap().optional();

/**
 * The body of `POST /v1/chat/completions` and of a batch's lines, as OpenAI's API reference has it. What
 * Bullpen cannot honour is refused by name, never ignored.
 */
export const chatRequestSchema = z.strictObject({
  model: z.string().optional(),
  messages: z.array(chatMessageSchema).min(1, "must hold a message").max(MAX_MESSAGES),
  ...samplingRequestSchema.shape,
  /** The older name of `max_completion_tokens`: most tokens generated in one turn. */
  max_tokens: maxTokens,
  max_completion_tokens: maxTokens,
  stream: z.boolean().optional(),
  stream_options: z
    .strictObject({
      include_usage: z.boolean().optional(),
      /** Padding against eavesdroppers, who could tell a word by the length of its piece. There is none. */
      include_obfuscation: z.boolean().optional(),
      continuous_usage_stats: only([false], "must be false: usage comes with the last piece"),
    })
    .optional(),
  metadata: metadataSchema.optional(),
  tools: chatToolsSchema.optional(),
  tool_choice: chatToolChoiceSchema.optional(),
  functions: only([[]], "cannot be set: send the functions as `tools`"),
  function_call: only(["auto", "none"], 'must be "auto" or "none": choose by `tool_choice`'),
  response_format: responseFormatParameter.optional(),
  stop: stopParameter,
  n: z
    .int()
    .min(1)
    .max(MAX_CHOICES)
    .optional()
    .describe(
      "How many answers, each with a seed of its own. Without `temperature` and `top_p` they are 0.7 and 0.95.",
    ),
  ...logprobsParameters,
  service_tier: serviceTierParameter,
  ...neutralParameters,
  /** What Bullpen adds: the agent's tools and limits. */
  bullpen: bullpenParametersSchema.prefault({}),
});
export type ChatRequest = z.output<typeof chatRequestSchema>;

/**
 * Bullpen's tools that a chat request allows by name; `undefined`: those that are offered by default. A request that
 * brings its own tools has those alone, unless it names Bullpen's.
 */
export function toolsOfChat(request: ChatRequest): readonly string[] | undefined {
  const hasOwn = request.tools !== undefined && request.tools.length > 0;
  const isNone = request.tool_choice === "none" || request.function_call === "none";
  if (isNone && !hasOwn) return [];
  return request.bullpen.tools ?? ((request.tools ?? request.functions) ? [] : undefined);
}
