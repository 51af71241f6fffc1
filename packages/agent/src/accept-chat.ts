import {
  type AgentJob,
  ApiError,
  agentJobSchema,
  type ChatRequest,
  chatRequestSchema,
  fillSampling,
  limitsSchema,
  MAX_QUERY_LENGTH,
  parseRequest,
} from "@bullpen/contracts";
import { type AcceptOptions, chooseModel, chooseTools } from "./accept-query.js";

/** A chat request that was accepted: the agent's job, and how the answer is to come. */
export interface AcceptedChat {
  readonly job: AgentJob;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/**
 * The job of a chat request. The system messages follow the agent's own instructions, the last user
 * message is the query, what stands between is its history.
 *
 * @throws {ApiError} that names the field at fault.
 */
export function acceptChat(value: unknown, options: AcceptOptions): AcceptedChat {
  const request = parseRequest(chatRequestSchema, value);
  const { tools: named, ...bounds } = request.bullpen;
  const tools = chooseTools(named, "bullpen.tools", options);
  const maxTokens = request.max_completion_tokens ?? request.max_tokens ?? undefined;
  const job = agentJobSchema.parse({
    tenant: options.tenant,
    class: options.class,
    model: chooseModel(request.model, "model", options),
    ...toQuestion(request.messages),
    ...(request.stream === true && { stream: true }),
    tools,
    sampling: fillSampling(request, tools),
    limits: limitsSchema.parse({ ...bounds, max_tokens: maxTokens }),
    metadata: request.metadata ?? undefined,
  });
  return {
    job,
    stream: request.stream === true,
    includeUsage: request.stream_options?.include_usage === true,
  };
}

function toQuestion(messages: ChatRequest["messages"]): Pick<AgentJob, "query" | "system" | "history"> {
  const last = messages.at(-1);
  const at = `messages[${messages.length - 1}]`;
  if (last?.role !== "user") {
    throw new ApiError("invalid_request", `${at}.role: the last message must be the user's.`, `${at}.role`);
  }
  if (last.content.trim() === "") {
    throw new ApiError("invalid_request", `${at}.content: must not be empty.`, `${at}.content`);
  }
  const length = messages.reduce((sum, message) => sum + message.content.length, 0);
  if (length > MAX_QUERY_LENGTH) {
    throw new ApiError(
      "invalid_request",
      `messages: hold ${length} characters together; at most ${MAX_QUERY_LENGTH} are taken.`,
      "messages",
    );
  }
  const system = messages.filter(({ role }) => role === "system" || role === "developer");
  const history = messages.slice(0, -1).flatMap(({ role, content }) => {
    return role === "user" || role === "assistant" ? [{ role, content }] : [];
  });
  return {
    query: last.content,
    ...(system.length > 0 && { system: system.map(({ content }) => content).join("\n\n") }),
    ...(history.length > 0 && { history }),
  };
}
