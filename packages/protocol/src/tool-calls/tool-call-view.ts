import { z } from "zod";
import { listSchema, pageSchema } from "../list.js";

/** A call of a tool of the caller's own, as OpenAI writes it. */
export const functionCallSchema = z.object({
  id: z.string().describe("Comes back as `tool_call_id` with the result."),
  type: z.literal("function"),
  function: z.object({
    name: z.string(),
    arguments: z.string().describe("A JSON object that fits the tool's `parameters`."),
  }),
});
export type FunctionCall = z.output<typeof functionCallSchema>;

/** What a query waits for. */
export const requiredActionSchema = z.object({
  type: z.literal("submit_tool_outputs"),
  submit_tool_outputs: z.object({ tool_calls: z.array(functionCallSchema) }),
});

/** A call that waits for its result. */
export const toolCallViewSchema = functionCallSchema.extend({
  object: z.literal("tool_call"),
  query_id: z.string(),
  custom_id: z.string().nullable().describe("Your own name for the query."),
  created_at: z.number().describe("Unix milliseconds."),
  expires_at: z
    .number()
    .nullable()
    .describe("When the model is told that nobody has answered, in Unix milliseconds; null: never."),
  leased_until: z
    .number()
    .nullable()
    .describe("Until when a tool server has the call, in Unix milliseconds; null: nobody has it."),
});
export type ToolCallView = z.output<typeof toolCallViewSchema>;

export const toolCallPageSchema = pageSchema(toolCallViewSchema);

/** A call that was handed out to a tool server. */
const leasedToolCallSchema = toolCallViewSchema.extend({
  leased_until: z.number().describe("When it may be handed out again, in Unix milliseconds."),
  lease_id: z.string().describe("Proves that you have the call when you extend its lease."),
});
export type LeasedToolCall = z.output<typeof leasedToolCallSchema>;

export const leasedToolCallsSchema = listSchema(leasedToolCallSchema);

/** A lease that was extended. */
export const toolCallLeaseSchema = z.object({
  object: z.literal("tool_call.lease"),
  tool_call_id: z.string(),
  lease_id: z.string(),
  leased_until: z.number().describe("When the call may be handed out again, in Unix milliseconds."),
});
export type ToolCallLease = z.output<typeof toolCallLeaseSchema>;

/** Outputs that were taken. */
export const toolOutputsSchema = z.object({
  object: z.literal("tool_outputs"),
  query_id: z.string(),
  data: z.array(
    z.object({
      tool_call_id: z.string(),
      status: z
        .enum(["recorded", "already_recorded"])
        .describe("`already_recorded`: the same output was sent before."),
    }),
  ),
});
export type ToolOutputs = z.output<typeof toolOutputsSchema>;
