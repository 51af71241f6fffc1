import { MAX_QUERY_LENGTH, MAX_TOOL_NAME_LENGTH, quote, withoutNulls } from "@bullpen/contracts";
import { z } from "zod";

/** Items of one request: a conversation of some hundred turns, with their calls. */
const MAX_ITEMS = 1_000;

const text = z.string().max(MAX_QUERY_LENGTH, `must have at most ${MAX_QUERY_LENGTH} characters`);
const name = z.string("is required, and must be text").min(1, "must not be empty").max(MAX_TOOL_NAME_LENGTH);
const callId = z.string("is required, and must be text").min(1, "must not be empty");

/** Fields that items have in answers, and that say nothing about the conversation. */
const itemShape = {
  id: z.string().optional().describe("The item's id, where it comes from a response."),
  status: z.string().optional(),
};

/** Text of a message or an output. What else a part says (annotations, log probabilities) is left out. */
const textPart = z.object({ type: z.enum(["input_text", "output_text", "text"]), text });
const refusalPart = z.object({ type: z.literal("refusal"), refusal: text });

const parts = z.array(
  z.discriminatedUnion("type", [textPart, refusalPart], {
    error: ({ input }) =>
      `is ${quote(typeOf(input))}, which cannot be read here: only parts of the types input_text and output_text can`,
  }),
);

const content = z
  .union([text, parts], {
    error: ({ input }) =>
      input === undefined ? "is required, and must be text" : "must be text, or parts of the type input_text",
  })
  .transform((given) =>
    typeof given === "string"
      ? given
      : given.map((part) => (part.type === "refusal" ? part.refusal : part.text)).join(""),
  );

const message = z.object({
  type: z.literal("message").optional(),
  role: z.enum(["user", "assistant", "system", "developer"], "must be user, assistant, system or developer"),
  content,
  ...itemShape,
});

const functionCall = z.object({
  type: z.literal("function_call"),
  call_id: callId,
  name,
  arguments: text.default("").describe("JSON, as the model wrote it."),
  ...itemShape,
});

const functionCallOutput = z.object({
  type: z.literal("function_call_output"),
  call_id: callId.describe("The call whose result it is."),
  output: content,
  ...itemShape,
});

const codeInterpreterCall = z.object({
  type: z.literal("code_interpreter_call"),
  code: text.default(""),
  container_id: z.string().optional(),
  outputs: z.array(z.object({ type: z.string(), logs: text.optional() })).default([]),
  ...itemShape,
});

const webSearchCall = z.object({
  type: z.literal("web_search_call"),
  action: z.unknown().optional(),
  ...itemShape,
});

const mcpCall = z.object({
  type: z.literal("mcp_call"),
  server_label: name,
  name,
  arguments: text.default(""),
  output: text.optional(),
  error: z.unknown().optional(),
  ...itemShape,
});

/** Says nothing that a model is shown again. */
const mcpListTools = z.object({ type: z.literal("mcp_list_tools"), ...itemShape });
const reasoning = z.object({ type: z.literal("reasoning"), ...itemShape });

const itemReference = z.object({
  type: z.literal("item_reference"),
  id: callId.describe("An item of a response that can still be read."),
});

const inputItem = z.discriminatedUnion(
  "type",
  [
    message,
    functionCall,
    functionCallOutput,
    codeInterpreterCall,
    webSearchCall,
    mcpCall,
    mcpListTools,
    reasoning,
    itemReference,
  ],
  {
    error: ({ input }) =>
      typeof input === "object" && input !== null
        ? `is ${quote(typeOf(input))}, which cannot be read here: send messages, function calls with their outputs, and items of Bullpen's responses`
        : "must be an item such as {role, content}",
  },
);
export type InputItem = z.output<typeof inputItem>;

/** `input` of a request for a response. */
export const inputParameter = z
  .union([text, z.array(inputItem).min(1, "must hold an item").max(MAX_ITEMS)], {
    error: ({ input }) =>
      input === undefined
        ? "is required, and must be text or a list of items"
        : "must be text, or a list of items",
  })
  .describe("The question, or the items of a conversation: messages, calls and their outputs.");

/** An item of a response as an item of a request. */
export function readInputItem(item: unknown): InputItem | undefined {
  return inputItem.safeParse(withoutNulls(item)).data;
}

function typeOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "type" in value ? value.type : value;
}
