import { z } from "zod";

const itemStatus = z.enum(["in_progress", "completed", "incomplete"]);

const outputText = z.object({
  type: z.literal("output_text"),
  text: z.string(),
  annotations: z.array(z.unknown()),
  logprobs: z.array(z.unknown()),
});

export const messageItem = z.object({
  id: z.string(),
  type: z.literal("message"),
  status: itemStatus,
  role: z.literal("assistant"),
  content: z.array(outputText),
});

const functionCallItem = z.object({
  id: z.string(),
  type: z.literal("function_call"),
  status: itemStatus,
  call_id: z.string().describe("Comes back as `call_id` of the `function_call_output`."),
  name: z.string(),
  arguments: z.string().describe("A JSON object that fits the tool's `parameters`."),
});

const codeInterpreterItem = z.object({
  id: z.string(),
  type: z.literal("code_interpreter_call").describe("A call of the Calculator."),
  status: z.enum(["in_progress", "interpreting", "completed", "incomplete"]),
  code: z.string(),
  container_id: z.string(),
  outputs: z
    .array(z.object({ type: z.literal("logs"), logs: z.string() }))
    .nullable()
    .describe("What the program gave; null until it has ended."),
});

const webSearchItem = z.object({
  id: z.string(),
  type: z.literal("web_search_call").describe("A call of the Search."),
  status: z.enum(["in_progress", "searching", "completed", "failed", "incomplete"]),
  action: z.object({ type: z.literal("search"), query: z.string(), queries: z.array(z.string()) }),
});

const mcpCallItem = z.object({
  id: z.string(),
  type: z.literal("mcp_call").describe("A call of any other tool of Bullpen's."),
  status: z.enum(["in_progress", "completed", "incomplete", "failed"]),
  server_label: z.string(),
  name: z.string(),
  arguments: z.string().describe("The input, as JSON."),
  output: z.string().nullable(),
  error: z.object({ type: z.literal("mcp_tool_execution_error"), content: z.array(z.unknown()) }).nullable(),
  approval_request_id: z.null(),
});

const mcpListToolsItem = z.object({
  id: z.string(),
  type: z.literal("mcp_list_tools"),
  server_label: z.string(),
  tools: z.array(
    z.object({
      name: z.string(),
      description: z.string().nullable(),
      input_schema: z.unknown(),
      annotations: z.null(),
    }),
  ),
  error: z.string().nullable(),
});

/** Something that a response has brought: calls of tools, in order, and the answer. */
export const outputItem = z.discriminatedUnion("type", [
  messageItem,
  functionCallItem,
  codeInterpreterItem,
  webSearchItem,
  mcpCallItem,
  mcpListToolsItem,
]);
export type OutputItem = z.output<typeof outputItem>;
export type MessageItem = z.output<typeof messageItem>;
export type FunctionCallItem = z.output<typeof functionCallItem>;
/** A call of Bullpen's own tool. */
export type HostedCallItem =
  | z.output<typeof codeInterpreterItem>
  | z.output<typeof webSearchItem>
  | z.output<typeof mcpCallItem>;
export type McpListToolsItem = z.output<typeof mcpListToolsItem>;
