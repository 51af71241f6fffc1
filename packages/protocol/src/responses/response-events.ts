import { z } from "zod";
import { messageItem, outputItem } from "./output-items.js";
import { responseSchema } from "./response-view.js";

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({
    type: z.literal(type),
    sequence_number: z.int().describe("Counts from 0; `starting_after` takes it."),
    ...shape,
  });

const ofResponse = { response: responseSchema };
const place = { output_index: z.int(), item_id: z.string() };
const part = messageItem.shape.content.element;
const inPart = { ...place, content_index: z.literal(0) };
const item = { output_index: z.int(), item: outputItem };

/** An event of a streamed response, as OpenAI's Responses API has it. The last one holds the whole response. */
export const responseEventSchema = z.discriminatedUnion("type", [
  event("response.created", ofResponse),
  event("response.queued", ofResponse),
  event("response.in_progress", ofResponse),
  event("response.output_item.added", item),
  event("response.output_item.done", item),
  event("response.content_part.added", { ...inPart, part }),
  event("response.output_text.delta", { ...inPart, delta: z.string(), logprobs: z.array(z.unknown()) }),
  event("response.output_text.done", { ...inPart, text: z.string(), logprobs: z.array(z.unknown()) }),
  event("response.content_part.done", { ...inPart, part }),
  event("response.function_call_arguments.delta", { ...place, delta: z.string() }),
  event("response.function_call_arguments.done", { ...place, arguments: z.string() }),
  event("response.code_interpreter_call.in_progress", place),
  event("response.code_interpreter_call_code.delta", { ...place, delta: z.string() }),
  event("response.code_interpreter_call_code.done", { ...place, code: z.string() }),
  event("response.code_interpreter_call.interpreting", place),
  event("response.code_interpreter_call.completed", place),
  event("response.web_search_call.in_progress", place),
  event("response.web_search_call.searching", place),
  event("response.web_search_call.completed", place),
  event("response.mcp_list_tools.in_progress", place),
  event("response.mcp_list_tools.completed", place),
  event("response.mcp_call.in_progress", place),
  event("response.mcp_call_arguments.delta", { ...place, delta: z.string() }),
  event("response.mcp_call_arguments.done", { ...place, arguments: z.string() }),
  event("response.mcp_call.completed", place),
  event("response.mcp_call.failed", place),
  event("response.completed", ofResponse),
  event("response.incomplete", ofResponse),
  event("response.failed", ofResponse),
  event("error", { code: z.string(), message: z.string(), param: z.string().nullable() }),
]);
export type ResponseEvent = z.output<typeof responseEventSchema>;
