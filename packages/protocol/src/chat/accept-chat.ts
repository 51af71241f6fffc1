import { type AgentJob, agentJobSchema, toolNamesOf } from "@bullpen/contracts";
import { parseRequest } from "../parse-request.js";
import { type AcceptOptions, chooseModel, chooseTools, loopOf, samplingOf } from "../queries/accept-query.js";
import { toServiceTier } from "../service-tier.js";
import {
  chooseCallerTools,
  type ToolFields,
  toToolChoice,
  withSchemaAsSent,
} from "../tools/choose-caller-tools.js";
import { chatRequestSchema, toolsOfChat } from "./chat-request.js";
import { toLogprobs } from "./logprobs.js";
import { toResponseFormat } from "./response-format.js";
import { toQuestion } from "./to-question.js";

/** A chat request that was accepted: the agent's job, and how the answer is to come. */
export interface AcceptedChat {
  readonly job: AgentJob;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

const FIELDS: ToolFields = {
  own: (index) => `tools[${index}]`,
  all: "tools",
  ours: "bullpen.tools",
  choice: "tool_choice",
};

/**
 * The job of a chat request. The system messages follow the agent's own instructions. The user's last message is
 * the query; messages before it are its history, those after it begin the reply.
 *
 * @throws {ApiError} that names the field at fault.
 */
export function acceptChat(value: unknown, options: AcceptOptions): AcceptedChat {
  const request = parseRequest(chatRequestSchema, value);
  const ours = chooseTools(toolsOfChat(request), "bullpen.tools", options, request.model);
  const own = (request.tools ?? []).map((tool, index) => ({
    tool: withSchemaAsSent(tool, value, index),
    index,
  }));
  const caller_tools = chooseCallerTools(own, ours, FIELDS);
  const tools = { tools: ours, ...(caller_tools.length > 0 && { caller_tools }) };
  const { tool_mode, tool_timeout_seconds } = request.bullpen;
  const isListed = request.tools !== undefined || request.bullpen.tools !== undefined;
  const tool_choice = toToolChoice(request.tool_choice, isListed ? toolNamesOf(tools) : [], FIELDS);
  const response_format = toResponseFormat(
    request.response_format,
    value,
    "response_format.json_schema.schema",
  );
  const maxTokens = request.max_completion_tokens ?? request.max_tokens;
  const job = agentJobSchema.parse({
    tenant: options.tenant,
    key_id: options.keyId,
    class: options.class,
    ...toServiceTier(request.service_tier),
    model: chooseModel(request.model, "model", options),
    ...toQuestion(request.messages),
    ...(request.stream === true && { stream: true }),
    ...tools,
    ...(tool_choice && { tool_choice }),
    ...(caller_tools.length > 0 && { tool_mode, tool_timeout_seconds }),
    ...samplingOf({ ...request, tools: toolNamesOf(tools), votes: request.bullpen.votes }, options),
    ...(response_format && { response_format }),
    ...(request.stop && { stop: request.stop }),
    ...toLogprobs(request, toolNamesOf(tools)),
    ...loopOf({ ...request.bullpen, max_tokens: maxTokens }, options),
    metadata: request.metadata,
  });
  return {
    job,
    stream: request.stream === true,
    includeUsage: request.stream_options?.include_usage === true,
  };
}
