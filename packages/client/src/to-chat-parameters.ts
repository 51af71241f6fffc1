import type { ChatParameters, QueryParameters } from "./wire.js";

/** A query, and instructions of its own. */
export type Question = QueryParameters & { readonly system?: string | undefined };

/** The chat request that asks the same as a query: `POST /v1/chat/completions` and lines of batches take that. */
export function toChatParameters(question: Question): ChatParameters {
  const { query, system, model, metadata, max_tokens, custom_id: _, ...rest } = question;
  const { tools, max_steps, max_total_tokens, timeout_seconds, on_limit, guards, votes, ...sampling } = rest;
  return {
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
      { role: "user", content: query },
    ],
    max_completion_tokens: max_tokens,
    metadata,
    ...sampling,
    bullpen: { tools, max_steps, max_total_tokens, timeout_seconds, on_limit, guards, votes },
  };
}
