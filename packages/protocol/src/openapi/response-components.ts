import { toPage } from "../list.js";
import { responseEventSchema } from "../responses/response-events.js";
import { responseRequestSchema } from "../responses/response-request.js";
import { deletedResponseSchema, inputItemPageSchema, responseSchema } from "../responses/response-view.js";
import { chatCompletionExample, queryExample } from "./examples.js";

const id = queryExample.id.replace("query_", "resp_");
const created_at = queryExample.created_at / 1_000;

const responseExample = {
  id,
  object: "response",
  created_at,
  completed_at: created_at + 2,
  status: "completed",
  background: false,
  store: true,
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  model: "demo",
  output: [
    {
      id: id.replace("resp_", "ci_").concat("_0"),
      type: "code_interpreter_call",
      status: "completed",
      code: "output = 17 * 23",
      container_id: id.replace("resp_", "cntr_"),
      outputs: [{ type: "logs", logs: "391" }],
    },
    {
      id: id.replace("resp_", "msg_").concat("_1"),
      type: "message",
      status: "completed",
      role: "assistant",
      content: [{ type: "output_text", text: "17 times 23 is 391.", annotations: [], logprobs: [] }],
    },
  ],
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: "default",
  temperature: 0.1,
  text: { format: { type: "text" }, verbosity: "medium" },
  tool_choice: "auto",
  tools: [{ type: "code_interpreter", container: { type: "auto" } }],
  top_logprobs: 0,
  top_p: 0.15,
  truncation: "disabled",
  usage: {
    input_tokens: 812,
    input_tokens_details: { cached_tokens: 640, cache_write_tokens: 0 },
    output_tokens: 58,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 870,
  },
  bullpen: { ...chatCompletionExample.bullpen, failure: null },
};

const inputItemExample = {
  id: id.replace("resp_", "msg_").concat("_in0"),
  type: "message",
  role: "user",
  status: "completed",
  content: [{ type: "input_text", text: queryExample.query }],
};

/** The bodies that requests for responses may send. */
export const RESPONSE_REQUESTS = {
  CreateResponseRequest: {
    schema: responseRequestSchema,
    example: {
      model: "demo",
      instructions: "Answer in one sentence.",
      input: [{ role: "user", content: queryExample.query }],
      tools: [
        { type: "code_interpreter", container: { type: "auto" } },
        {
          type: "function",
          name: "get_weather",
          description: "Tells the weather of a town.",
          parameters: { type: "object", properties: { town: { type: "string" } } },
        },
      ],
      text: { format: { type: "text" } },
      max_output_tokens: 500,
      metadata: { project: "sums" },
    },
  },
};

/** The bodies that hold responses. */
export const RESPONSE_ANSWERS = {
  Response: { schema: responseSchema, example: responseExample },
  ResponseEvent: {
    schema: responseEventSchema,
    example: {
      type: "response.output_text.delta",
      sequence_number: 12,
      output_index: 1,
      item_id: responseExample.output[1]?.id,
      content_index: 0,
      delta: "17 ",
      logprobs: [],
    },
  },
  DeletedResponse: { schema: deletedResponseSchema, example: { id, object: "response", deleted: true } },
  InputItemPage: { schema: inputItemPageSchema, example: toPage([inputItemExample], false) },
};
