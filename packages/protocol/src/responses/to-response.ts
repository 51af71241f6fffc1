import type { Outcome, QueryStatus, ToolDefinition } from "@bullpen/contracts";
import { type ChatFailure, type EndedQuery, toFailure, traceOf, usageOf } from "../chat/chat-completion.js";
import { outcomeError } from "../queries/outcome-error.js";
import { responseIdOf } from "./item-ids.js";
import type { ResponseQuery } from "./response-query.js";
import type { ResponseView } from "./response-view.js";
import { isCut, toOutputItems } from "./to-output-items.js";

/**
 * A query in the form of OpenAI's responses.
 *
 * @param toolOf the definition of a tool, where it is known.
 */
export function toResponse(
  query: ResponseQuery,
  toolOf: (name: string) => ToolDefinition | undefined,
): ResponseView {
  const { id, job, outcome, createdAt, finishedAt } = query;
  const status = statusOf(query);
  const ended = outcome !== undefined;
  const isAnswered = outcome?.status === "completed";
  return {
    id: responseIdOf(id),
    object: "response",
    created_at: Math.floor(createdAt / 1_000),
    completed_at: isAnswered && finishedAt !== undefined ? Math.floor(finishedAt / 1_000) : null,
    status,
    background: job.response?.background ?? false,
    store: job.response?.store ?? true,
    error: errorOf(query),
    incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
    metadata: job.metadata ?? {},
    model: job.model,
    output: toOutputItems(query, toolOf),
    service_tier: job.service_tier ?? "default",
    temperature: job.sampling.temperature,
    top_logprobs: 0,
    top_p: job.sampling.top_p,
    usage: ended ? toUsage(query) : null,
    // A cast: `echoOf` made it, with exactly these fields.
    ...(job.response?.echo as Echo),
    bullpen: { ...traceOf(query), failure: outcome?.status === "failed" ? outcome.error.code : null },
  };
}

/** The response of a query that has ended, or the error in its place, as who waits for it gets it. */
export function toResponseResult(
  query: EndedQuery,
  toolOf: (name: string) => ToolDefinition | undefined,
): { response: ResponseView } | { failure: ChatFailure } {
  const { outcome } = query;
  if (outcome.status !== "completed") return { failure: toFailure(query, outcome) };
  return { response: toResponse({ ...query, status: outcome.status }, toolOf) };
}

type Echo = Pick<
  ResponseView,
  | "instructions"
  | "max_output_tokens"
  | "max_tool_calls"
  | "parallel_tool_calls"
  | "previous_response_id"
  | "prompt_cache_key"
  | "reasoning"
  | "safety_identifier"
  | "text"
  | "tool_choice"
  | "tools"
  | "truncation"
>;

const STATUS: Readonly<Record<QueryStatus, ResponseView["status"]>> = {
  queued: "in_progress",
  running: "in_progress",
  waiting_for_tool: "in_progress",
  requires_action: "in_progress",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
  expired: "failed",
};

function statusOf(query: ResponseQuery): ResponseView["status"] {
  if (query.status === "queued" && query.job.response?.background) return "queued";
  return isCut(query) ? "incomplete" : STATUS[query.status];
}

/** Failures that the request has caused. */
const PROMPT_FAILURES: ReadonlySet<string> = new Set(["context_exceeded", "invalid_request"]);

function errorOf({ outcome, job }: ResponseQuery): ResponseView["error"] {
  if (!hasFailed(outcome)) return null;
  const { code, message } = outcomeError(outcome, job.limits);
  return { code: PROMPT_FAILURES.has(code) ? "invalid_prompt" : "server_error", message };
}

function hasFailed(
  outcome: Outcome | undefined,
): outcome is Extract<Outcome, { status: "failed" | "expired" }> {
  return outcome?.status === "failed" || outcome?.status === "expired";
}

function toUsage({ transcript }: ResponseQuery): ResponseView["usage"] {
  const { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details } = usageOf(transcript);
  return {
    input_tokens: prompt_tokens,
    input_tokens_details: { cached_tokens: prompt_tokens_details.cached_tokens, cache_write_tokens: 0 },
    output_tokens: completion_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens,
  };
}
