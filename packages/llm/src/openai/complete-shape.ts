import type { Completion, CompletionRequest } from "@bullpen/contracts";
import type { ChatMessage } from "../prompts/chat-messages.js";
import type { OpenAiClient } from "./client.js";
import { type CompletionsApi, toCompletionBody } from "./completions-api.js";
import type { OpenAiDialect } from "./dialect.js";
import { findContextOverflow, OpenAiServerError } from "./errors.js";
import { readReply, readTextReply } from "./reply.js";
import { toChatRequest } from "./request.js";

/** A server, and how it is spoken to. */
export interface ServerInUse {
  readonly client: OpenAiClient;
  /** The name that the server has for the model. */
  readonly model: string;
  readonly dialect: OpenAiDialect;
  /** How it completes prompts that are written here; `undefined`: it does not. */
  readonly completions?: CompletionsApi | undefined;
  readonly contextTokens: number;
}

/** The completion of a conversation in one shape. */
export async function completeShape(
  server: ServerInUse,
  { request, messages }: { request: CompletionRequest; messages: readonly ChatMessage[] },
  signal: AbortSignal,
): Promise<Completion> {
  const { client, model, dialect } = server;
  return fitContext(server, request, async (maxTokens) => {
    const body = toChatRequest(request, { model, dialect, maxTokens, messages });
    return readReply(await client.post("chat/completions", body, signal), request, maxTokens);
  });
}

/**
 * The completion of a prompt that is written here.
 *
 * @throws {PromptFormatError} when the format cannot express the conversation.
 */
export async function completePrompt(
  server: ServerInUse,
  { request, api }: { request: CompletionRequest; api: CompletionsApi },
  signal: AbortSignal,
): Promise<Completion> {
  const { client, model, dialect } = server;
  return fitContext(server, request, async (maxTokens) => {
    const body = toCompletionBody(request, { api, model, dialect, maxTokens });
    return readTextReply(await client.post("completions", body, signal), request, maxTokens);
  });
}

/**
 * Servers refuse a request whose `max_tokens` would not fit after its prompt, where llama.cpp would write until its
 * context is full: they are asked again for as many as fit.
 */
async function fitContext(
  { contextTokens }: ServerInUse,
  request: CompletionRequest,
  complete: (maxTokens: number) => Promise<Completion>,
): Promise<Completion> {
  for (let maxTokens = request.maxTokens; ; ) {
    try {
      return await complete(maxTokens);
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
