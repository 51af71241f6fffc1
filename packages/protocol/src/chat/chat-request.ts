import {
  limitsSchema,
  MAX_QUERY_LENGTH,
  metadataSchema,
  quote,
  samplingRequestSchema,
} from "@bullpen/contracts";
import { z } from "zod";
import { loopParameters } from "../queries/query-request.js";
import { neutralParameters, only } from "./neutral-parameters.js";

/** Messages of one conversation. */
const MAX_MESSAGES = 500;

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

const TOOLS_ARE_OURS = "cannot be replayed: the agent calls its own tools; leave the calls of others out";

/**
 * A message as clients send it, and as Bullpen's own answers come back: their other fields are taken at the
 * values that say nothing.
 */
const chatMessageSchema = z.strictObject(
  {
    role: z.enum(
      ["system", "developer", "user", "assistant"],
      "must be system, developer, user or assistant",
    ),
    tool_calls: only([[]], TOOLS_ARE_OURS),
    function_call: only([], TOOLS_ARE_OURS),
    audio: only([], "cannot be read: only text can"),
    refusal: only([""], "cannot be replayed: send what was said as content"),
    content,
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

/** What Bullpen adds to the original's request, under one key. */
const bullpenParametersSchema = z.strictObject({
  tools: z.array(z.string()).max(64).optional(),
  max_steps: limitsSchema.shape.max_steps,
  max_total_tokens: limitsSchema.shape.max_total_tokens,
  timeout_seconds: limitsSchema.shape.timeout_seconds,
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
  /** No tools, as an empty `bullpen.tools`. */
  tools: only([[]], "cannot be set: the agent brings its own tools; choose among them in bullpen.tools"),
  tool_choice: only(["auto", "none"], 'must be "auto" or "none": the agent chooses its tools'),
  functions: only([[]], "cannot be set: the agent brings its own tools; choose among them in bullpen.tools"),
  function_call: only(["auto", "none"], 'must be "auto" or "none": the agent chooses its tools'),
  ...neutralParameters,
  /** What Bullpen adds: the agent's tools and limits. */
  bullpen: bullpenParametersSchema.prefault({}),
});
export type ChatRequest = z.output<typeof chatRequestSchema>;

/** The tools that a chat request allows by name; `undefined`: all. */
export function toolsOfChat(request: ChatRequest): readonly string[] | undefined {
  if (request.tool_choice === "none" || request.function_call === "none") return [];
  return request.bullpen.tools ?? ((request.tools ?? request.functions) ? [] : undefined);
}
