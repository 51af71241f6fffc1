import type { ChatParameters, QueryParameters } from "./wire.js";

/** A query, and instructions of its own. */
export type Question = QueryParameters & { readonly system?: string | undefined };

/** The chat request that asks the same as a query: `POST /v1/chat/completions` and lines of batches take that. */
export function toChatParameters(question: Question): ChatParameters {
  const { query, system, model, metadata, max_tokens, custom_id: _, ...rest } = question;
  const {
    tools,
    tool_mode,
    tool_timeout_seconds,
    max_steps,
    max_total_tokens,
    timeout_seconds,
    on_limit,
    guards,
    votes,
    ...sampling
  } = rest;
  const names = tools?.filter((tool) => typeof tool === "string");
  const own = tools?.filter((tool) => typeof tool !== "string");
  // What a query does by itself.
  const wait =
    own && own.length > 0 ? { tool_mode: tool_mode ?? ("wait" as const), tool_timeout_seconds } : {};
  return {
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
      { role: "user", content: query },
    ],
    max_completion_tokens: max_tokens,
    metadata,
    ...sampling,
    ...(own && own.length > 0 && { tools: own }),
    bullpen: { tools: names, ...wait, max_steps, max_total_tokens, timeout_seconds, on_limit, guards, votes },
  };
}
