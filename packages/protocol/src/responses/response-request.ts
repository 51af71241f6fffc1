import { jsonSchemaSchema, limitsSchema, metadataSchema, samplingRequestSchema } from "@bullpen/contracts";
import { z } from "zod";
import { only } from "../chat/neutral-parameters.js";
import { schemaName } from "../chat/response-format.js";
import { loopParameters } from "../queries/query-request.js";
import { serviceTierParameter } from "../service-tier.js";
import { inputParameter } from "./input-items.js";
import { responseToolChoice, responseToolsParameter } from "./response-tools.js";

/** A label of the caller's own. It changes nothing. */
const label = z.string().optional();
/** A hint that makes things quicker elsewhere. The answer is the same without it. */
const hint = z.unknown().optional();

/** Parameters of OpenAI's API that Bullpen has no use for. */
const neutralParameters = {
  user: label,
  safety_identifier: label,
  prompt_cache_key: label,
  prompt_cache_retention: label,
  prompt_cache_options: hint,
  image: hint,
  top_logprobs: only([0], "must be 0: POST /v1/chat/completions tells them (logprobs)"),
  prompt: only([], "cannot be set: send the text as instructions and input"),
  conversation: only([], "cannot be set: continue by previous_response_id"),
  context_management: only([[]], 'cannot be set: use truncation: "auto"'),
  moderation: only([], "cannot be set: Bullpen does not have it"),
  access_programs: only([{}, { cyber: "standard" }], "cannot be set: Bullpen does not have it"),
};

/** What responses may bring besides; Bullpen's bring what they have anyhow. */
const include = z.enum([
  "file_search_call.results",
  "web_search_call.results",
  "web_search_call.action.sources",
  "message.input_image.image_url",
  "computer_call_output.output.image_url",
  "code_interpreter_call.outputs",
  "reasoning.encrypted_content",
]);

const textFormat = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("text") }),
    z.strictObject({ type: z.literal("json_object") }),
    z.strictObject({
      type: z.literal("json_schema"),
      name: schemaName.describe("What the kind of answer is called."),
      description: z.string().max(4_000).optional().describe("For the model: what the answer is for."),
      schema: jsonSchemaSchema.describe("A JSON Schema, of at most 32,000 characters as JSON."),
      strict: z
        .boolean()
        .optional()
        .describe(
          "Whether a response whose answer does not fit fails; otherwise it is delivered. Default: false.",
        ),
    }),
  ],
  'must be {type: "text"}, {type: "json_object"} or {type: "json_schema", name, schema}',
);

const { max_steps, max_tokens, max_total_tokens, timeout_seconds } = limitsSchema.shape;

/** What Bullpen adds to the original's request, under one key. */
const bullpenParameters = z.strictObject({
  tools: z.array(z.string()).max(64).optional(),
  max_steps: max_steps.unwrap().optional(),
  max_tokens: max_tokens.unwrap().optional(),
  max_total_tokens: max_total_tokens.unwrap().optional(),
  timeout_seconds,
  ...loopParameters,
});

/** The body of `POST /v1/responses` and of a batch's lines, as OpenAI's API reference has it. */
export const responseRequestSchema = z.strictObject({
  model: z.string().optional(),
  input: inputParameter,
  instructions: z
    .string()
    .optional()
    .describe("Instructions before the conversation. They do not hold for responses that continue this one."),
  previous_response_id: z.string().optional().describe("The response that this one continues."),
  background: z
    .boolean()
    .optional()
    .describe("Whether to answer at once, and to be asked for the response by its id later."),
  store: z.boolean().optional().describe("Whether the response can be read and continued. Default: true."),
  stream: z.boolean().optional(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().optional() }).optional(),
  tools: responseToolsParameter.optional(),
  tool_choice: responseToolChoice.optional(),
  /** Allows several calls at once, and demands none. */
  parallel_tool_calls: z.boolean().optional(),
  max_tool_calls: z
    .int()
    .min(0)
    .optional()
    .describe("Calls of Bullpen's tools in this response; then the model answers, or calls one of yours."),
  max_output_tokens: z
    .int()
    .min(1)
    .optional()
    .describe("Most tokens that the model may write in all turns of this response."),
  text: z
    .strictObject({
      format: textFormat.optional().describe("What the answer has to be. Default: text."),
      verbosity: only(["medium"], 'must be "medium"'),
    })
    .optional(),
  /** Models do not think before they answer. */
  reasoning: z.looseObject({ effort: z.string().max(64).optional() }).optional(),
  truncation: z
    .enum(["auto", "disabled"], 'must be "auto" or "disabled"')
    .optional()
    .describe("`auto` leaves out the beginning of a conversation that the model's context has no room for."),
  include: z.array(include).optional(),
  metadata: metadataSchema.optional(),
  ...samplingRequestSchema.shape,
  service_tier: serviceTierParameter,
  ...neutralParameters,
  /** What Bullpen adds: the agent's tools and limits. */
  bullpen: bullpenParameters.prefault({}),
});
export type ResponseRequest = z.output<typeof responseRequestSchema>;
