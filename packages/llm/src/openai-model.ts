import type { Completion, CompletionRequest, LanguageModel } from "@bullpen/contracts";
import { ModelClosedError } from "./node-llama-model.js";
import type { OpenAiClient, Patience } from "./openai-client.js";
import type { OpenAiDialect } from "./openai-dialect.js";
import { findContextOverflow, OpenAiServerError } from "./openai-errors.js";
import { readReply } from "./openai-reply.js";
import { toChatRequest } from "./openai-request.js";
import { SlotPool } from "./slot-pool.js";

export interface OpenAiModelOptions {
  /** The name that queries ask for. */
  readonly name: string;
  /** The name that the server has for it. */
  readonly model: string;
  readonly client: OpenAiClient;
  readonly dialect: OpenAiDialect;
  readonly slots: number;
  readonly contextTokens: number;
}

const READY_TIMEOUT_MS = 5_000;

/** A language model on a server that speaks the OpenAI protocol: vLLM, SGLang, TGI, llama-server. */
export class OpenAiModel implements LanguageModel {
  readonly name: string;
  readonly slots: number;
  readonly contextTokens: number;
  readonly #options: OpenAiModelOptions;
  readonly #pool: SlotPool<number>;
  readonly #closing = new AbortController();

  constructor(options: OpenAiModelOptions) {
    this.#options = options;
    this.name = options.name;
    this.slots = options.slots;
    this.contextTokens = options.contextTokens;
    this.#pool = new SlotPool(Array.from({ length: options.slots }, (_, id) => id));
  }

  /**
   * Waits while the server is away or has no place, until `signal` aborts; rejects with an
   * {@link OpenAiServerError} when it breaks down over this request again and again, or refuses it.
   */
  async complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    if (request.maxTokens < 1) return emptyCompletion("length");
    const slot = await this.#pool.acquire((free) => Math.min(...free), signal);
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    try {
      return await completeWithin(this.#options, request, "wait-while-away", ending);
    } finally {
      this.#pool.release(slot);
    }
  }

  async checkReady(): Promise<void> {
    await this.#options.client.probe("models", READY_TIMEOUT_MS);
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    const closed = new ModelClosedError(this.name);
    this.#pool.close(closed);
    this.#closing.abort(closed);
    await this.#options.client.close();
  }
}

/**
 * One completion. Servers refuse a request whose `max_tokens` would not fit behind its prompt, where
 * llama.cpp would write until its context is full: it is asked again for as many as fit.
 */
export async function completeWithin(
  {
    client,
    model,
    dialect,
    contextTokens,
  }: Pick<OpenAiModelOptions, "client" | "model" | "dialect" | "contextTokens">,
  request: CompletionRequest,
  patience: Patience,
  signal: AbortSignal,
): Promise<Completion> {
  for (let maxTokens = request.maxTokens; ; ) {
    const body = toChatRequest(request, { model, dialect, maxTokens });
    try {
      const reply = await client.send("POST", "chat/completions", { body, patience, signal });
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

function emptyCompletion(finishReason: Completion["finishReason"], promptTokens = 0): Completion {
  return {
    text: "",
    finishReason,
    usage: { prompt_tokens: promptTokens, cached_tokens: 0, completion_tokens: 0 },
  };
}
