import type { Completion, CompletionRequest } from "@bullpen/contracts";
import type { ChatMessage } from "../prompts/chat-messages.js";
import type { OpenAiClient } from "./client.js";
import type { OpenAiDialect } from "./dialect.js";
import { findContextOverflow, OpenAiServerError } from "./errors.js";
import { readReply } from "./reply.js";
import { toChatRequest } from "./request.js";

/** A server, and how it is spoken to. */
export interface ServerInUse {
  readonly client: OpenAiClient;
  /** The name that the server has for the model. */
  readonly model: string;
  readonly dialect: OpenAiDialect;
  readonly contextTokens: number;
}

/**
 * The completion of a conversation in one shape. Servers refuse a request whose `max_tokens` would not fit
 * after its prompt, where llama.cpp would write until its context is full: it is asked again for as many as
 * fit.
 */
export async function completeShape(
  { client, model, dialect, contextTokens }: ServerInUse,
  { request, messages }: { request: CompletionRequest; messages: readonly ChatMessage[] },
  signal: AbortSignal,
): Promise<Completion> {
  for (let maxTokens = request.maxTokens; ; ) {
    const body = toChatRequest(request, { model, dialect, maxTokens, messages });
    try {
      const reply = await client.post("chat/completions", body, signal);
      return readReply(reply, request, maxTokens);
    } catch (error) {
      const overflow = error instanceof OpenAiServerError ? findContextOverflow(error) : undefined;
      if (!overflow) throw error;
      const { promptTokens } = overflow;
      const fits = promptTokens === undefined ? Math.floor(maxTokens / 2) : contextTokens - promptTokens;
      if (fits < 1 || fits >= maxTokens) return emptyCompletion("context", promptTokens);
      maxTokens = fits;
    }
  }
}

export function emptyCompletion(finishReason: Completion["finishReason"], promptTokens = 0): Completion {
  return {
    text: "",
    finishReason,
    usage: { prompt_tokens: promptTokens, cached_tokens: 0, completion_tokens: 0 },
  };
}
