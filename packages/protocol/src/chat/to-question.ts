import { isObject } from "@bullpen/agent";
import {
  type AgentJob,
  MAX_QUERY_LENGTH,
  OBJECT_CLOSING,
  propertySeparator,
  quote,
  readCallId,
  type Said,
} from "@bullpen/contracts";
import { ApiError } from "../errors.js";
import type { ChatMessage } from "./chat-request.js";

export type Question = Pick<AgentJob, "query" | "system" | "history" | "calls" | "prefill" | "cache_key">;

/**
 * A conversation as a job has it. The user's last message is the query; what came before it is the history. What
 * follows it are the calls that it has led to, with their results, and the beginning of the reply.
 *
 * @throws {ApiError} that names the message at fault.
 */
export function toQuestion(messages: readonly ChatMessage[]): Question {
  checkLength(messages);
  checkCalls(messages);
  const system: string[] = [];
  const said: Said[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === "system" || message.role === "developer") system.push(message.content ?? "");
    else said.push(...toSaid(message, messages.slice(index + 1)));
  }
  const question = questionOf(said, system);
  if (question.query.trim() === "") throw emptyQuestion(messages, question.query);
  return { ...question, ...cacheKeyOf(messages) };
}

/** What was said as a job has it. Its query is empty where nothing is asked. */
export function questionOf(given: readonly Said[], instructions: readonly string[]): Question {
  const [said, system] = [[...given], [...instructions]];
  const asked = said.findLastIndex(({ role }) => role === "user");
  const since = said.splice(asked + 1);
  const lastResult = since.findLastIndex(({ role }) => role === "tool");
  // What the assistant has said after the results is the beginning of its reply. An empty one says nothing.
  const prefill = since
    .splice(lastResult + 1)
    .flatMap(({ content }) => (content.trim() === "" ? [] : [content]));
  // Without the user's question the instructions are what is asked.
  const query = said.pop()?.content ?? system.pop() ?? "";
  return {
    query,
    ...(system.length > 0 && { system: system.join("\n\n") }),
    ...(said.length > 0 && { history: said }),
    ...(since.length > 0 && { calls: since }),
    ...(prefill.length > 0 && { prefill: prefill.join("\n\n") }),
  };
}

/** A message in the form of a transcript. Each call is followed by its result, whatever the order of the results. */
function toSaid(message: ChatMessage, following: readonly ChatMessage[]): Said[] {
  const { role, content = "", tool_calls: calls = [] } = message;
  if (role === "tool") return [];
  if (role !== "assistant") return [{ role: "user", content }];
  if (calls.length === 0) return [{ role, content }];
  const ofCalls = calls.flatMap(({ id, function: { name, arguments: args } }): Said[] => {
    const result = following.find((other) => other.role === "tool" && other.tool_call_id === id);
    return [
      { role: "action", content: callText(name, args), call_id: id },
      { role: "tool", content: result?.content ?? "" },
    ];
  });
  return content.trim() === "" ? ofCalls : [{ role, content }, ...ofCalls];
}

/** A call of a tool, as a turn has it after the primer. @param args its arguments, as JSON. */
export function callText(name: string, args: string): string {
  const input = isObject(args) ? args : args.trim() === "" ? "{}" : JSON.stringify(args);
  return JSON.stringify(name) + propertySeparator("input") + input + OBJECT_CLOSING;
}

/** The first query of a conversation holds the prefix of those that continue it. */
function cacheKeyOf(messages: readonly ChatMessage[]): { cache_key?: string } {
  for (const { tool_calls: calls = [] } of messages) {
    const call = calls.map(({ id }) => readCallId(id)).find((id) => id !== undefined);
    if (call) return { cache_key: call.queryId };
  }
  return {};
}

/**
 * Calls are followed by their results: each once, and before anything else is said.
 *
 * @throws {ApiError} in OpenAI's words.
 */
function checkCalls(messages: readonly ChatMessage[]): void {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`;
    if (message.role === "tool") {
      const id = message.tool_call_id ?? "";
      if (!open.delete(id)) throw strayResult(messages, index, id);
      continue;
    }
    refuseUnanswered(open, at);
    open = new Set();
    for (const [i, { id }] of (message.tool_calls ?? []).entries()) {
      if (open.has(id)) throw refusal(`${at}.tool_calls[${i}].id`, `${quote(id)} is the id of two calls`);
      open.add(id);
    }
  }
  refuseUnanswered(open, "messages");
}

function refuseUnanswered(open: ReadonlySet<string>, at: string): void {
  if (open.size === 0) return;
  const ids = [...open].map((id) => quote(id)).join(", ");
  throw refusal(
    at,
    `an assistant message with "tool_calls" must be followed by tool messages responding to each "tool_call_id". The following tool_call_ids did not have response messages: ${ids}`,
  );
}

function strayResult(messages: readonly ChatMessage[], index: number, id: string): ApiError {
  const made = messages
    .slice(0, index)
    .some(({ tool_calls: calls = [] }) => calls.some((call) => call.id === id));
  if (made)
    return refusal(
      `messages[${index}].tool_call_id`,
      `the result of ${quote(id)} must follow its call once, before any other message than results`,
    );
  return refusal(
    `messages[${index}].role`,
    `a message with role "tool" must be a response to a preceding message with "tool_calls"; ${id === "" ? "it has no tool_call_id" : `no call before it has the id ${quote(id)}`}`,
  );
}

function emptyQuestion(messages: readonly ChatMessage[], query: string): ApiError {
  const index = messages.findLastIndex(
    ({ role, content }) => role !== "assistant" && role !== "tool" && content === query,
  );
  if (index < 0) return refusal("messages", "must hold a message of the user");
  return refusal(`messages[${index}].content`, "must not be empty");
}

function checkLength(messages: readonly ChatMessage[]): void {
  const length = messages.reduce((sum, message) => sum + lengthOf(message), 0);
  if (length <= MAX_QUERY_LENGTH) return;
  throw refusal("messages", `hold ${length} characters together; at most ${MAX_QUERY_LENGTH} are taken`);
}

function lengthOf({ content = "", tool_calls: calls = [] }: ChatMessage): number {
  return calls.reduce(
    (sum, call) => sum + call.function.name.length + call.function.arguments.length,
    content.length,
  );
}

function refusal(param: string, problem: string): ApiError {
  return new ApiError("invalid_request", `${param}: ${problem}.`, param);
}
