import { z } from "zod";
import { agentTraceSchema } from "../chat/chat-completion.js";
import { listSchema } from "../list.js";
import { serviceTierViewSchema } from "../service-tier.js";
import { outputItem } from "./output-items.js";

const responseUsage = z
  .object({
    input_tokens: z.int(),
    input_tokens_details: z.object({ cached_tokens: z.int(), cache_write_tokens: z.int() }),
    output_tokens: z.int(),
    output_tokens_details: z.object({ reasoning_tokens: z.int() }),
    total_tokens: z.int(),
  })
  .describe("Tokens of all turns.");

/** A response in the form of OpenAI's Responses API. */
export const responseSchema = z.object({
  id: z.string(),
  object: z.literal("response"),
  created_at: z.int().describe("Unix seconds."),
  completed_at: z.int().nullable().describe("Unix seconds; null where there is no answer."),
  status: z.enum(["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]),
  background: z.boolean(),
  store: z.boolean().describe("Whether the response can be read and continued by its id."),
  error: z
    .object({ code: z.enum(["server_error", "invalid_prompt"]), message: z.string() })
    .nullable()
    .describe("Why it has failed; `bullpen.failure` has Bullpen's code."),
  incomplete_details: z.object({ reason: z.literal("max_output_tokens") }).nullable(),
  instructions: z.string().nullable(),
  max_output_tokens: z.int().nullable(),
  max_tool_calls: z.int().nullable(),
  metadata: z.record(z.string(), z.string()),
  model: z.string(),
  output: z.array(outputItem),
  parallel_tool_calls: z.boolean(),
  previous_response_id: z.string().nullable(),
  prompt_cache_key: z.string().nullable(),
  reasoning: z.object({ effort: z.string().nullable(), summary: z.null() }),
  safety_identifier: z.string().nullable(),
  service_tier: serviceTierViewSchema,
  temperature: z.number(),
  text: z.object({
    format: z.looseObject({ type: z.enum(["text", "json_object", "json_schema"]) }),
    verbosity: z.literal("medium"),
  }),
  tool_choice: z.union([z.string(), z.looseObject({ type: z.string() })]),
  tools: z.array(z.looseObject({ type: z.string() })).describe("The tools that the response has."),
  top_logprobs: z.literal(0),
  top_p: z.number(),
  truncation: z.enum(["auto", "disabled"]),
  usage: responseUsage.nullable().describe("Null before the end."),
  user: z.string().optional(),
  bullpen: agentTraceSchema.extend({
    failure: z.string().nullable().describe("The code with which the query failed."),
  }),
});
export type ResponseView = z.output<typeof responseSchema>;

export const deletedResponseSchema = z.object({
  id: z.string(),
  object: z.literal("response"),
  deleted: z.literal(true),
});

/** What a response was asked, newest first unless `order` says otherwise. */
export const inputItemPageSchema = listSchema(z.looseObject({ id: z.string(), type: z.string() })).extend({
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});
