import { type AgentJob, agentJobSchema, fillSampling, MAX_QUERY_LENGTH } from "@bullpen/contracts";
import { ApiError } from "../errors.js";
import { parseRequest } from "../parse-request.js";
import { type AcceptOptions, chooseModel, chooseTools, loopOf } from "../queries/accept-query.js";
import { type ChatRequest, chatRequestSchema, toolsOfChat } from "./chat-request.js";

/** A chat request that was accepted: the agent's job, and how the answer is to come. */
export interface AcceptedChat {
  readonly job: AgentJob;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/**
 * The job of a chat request. The system messages follow the agent's own instructions. The user's last message is
 * the query; messages before it are its history, those after it begin the reply.
 *
 * @throws {ApiError} that names the field at fault.
 */
export function acceptChat(value: unknown, options: AcceptOptions): AcceptedChat {
  const request = parseRequest(chatRequestSchema, value);
  const tools = chooseTools(toolsOfChat(request), "bullpen.tools", options, request.model);
  const maxTokens = request.max_completion_tokens ?? request.max_tokens;
  const job = agentJobSchema.parse({
    tenant: options.tenant,
    class: options.class,
    model: chooseModel(request.model, "model", options),
    ...toQuestion(request.messages),
    ...(request.stream === true && { stream: true }),
    tools,
    sampling: fillSampling(request, tools),
    ...loopOf({ ...request.bullpen, max_tokens: maxTokens }, options),
    metadata: request.metadata,
  });
  return {
    job,
    stream: request.stream === true,
    includeUsage: request.stream_options?.include_usage === true,
  };
}

type Question = Pick<AgentJob, "query" | "system" | "history" | "prefill">;

function toQuestion(messages: ChatRequest["messages"]): Question {
  checkLength(messages);
  const system: string[] = [];
  const said: NonNullable<AgentJob["history"]> = [];
  for (const { role, content } of messages) {
    if (role === "user" || role === "assistant") said.push({ role, content });
    else system.push(content);
  }
  const asked = said.findLastIndex(({ role }) => role === "user");
  // What the assistant has said since then is the beginning of its reply. An empty one says nothing.
  const prefill = said.splice(asked + 1).flatMap(({ content }) => (content.trim() === "" ? [] : [content]));
  // Without the user's question the instructions are what is asked.
  const query = said.pop()?.content ?? system.pop() ?? "";
  if (query.trim() === "") throw emptyQuestion(messages, query);
  return {
    query,
    ...(system.length > 0 && { system: system.join("\n\n") }),
    ...(said.length > 0 && { history: said }),
    ...(prefill.length > 0 && { prefill: prefill.join("\n\n") }),
  };
}

function emptyQuestion(messages: ChatRequest["messages"], query: string): ApiError {
  const index = messages.findLastIndex(({ role, content }) => role !== "assistant" && content === query);
  if (index < 0) {
    return new ApiError("invalid_request", "messages: must hold a message of the user.", "messages");
  }
  const at = `messages[${index}].content`;
  return new ApiError("invalid_request", `${at}: must not be empty.`, at);
}

function checkLength(messages: ChatRequest["messages"]): void {
  const length = messages.reduce((sum, message) => sum + message.content.length, 0);
  if (length <= MAX_QUERY_LENGTH) return;
  throw new ApiError(
    "invalid_request",
    `messages: hold ${length} characters together; at most ${MAX_QUERY_LENGTH} are taken.`,
    "messages",
  );
}
