import {
  type Completion,
  type CompletionRequest,
  type LanguageModel,
  RefusedRequestError,
} from "@bullpen/contracts";
import { ModelClosedError } from "../llama/node-llama-model.js";
import { SlotPool } from "../llama/scheduling/slot-pool.js";
import type { ChatMessage } from "../prompts/chat-messages.js";
import type { OpenAiClient, Patience } from "./client.js";
import { hasObject, withOpenObjects } from "./constraint-schema.js";
import type { OpenAiDialect } from "./dialect.js";
import { findContextOverflow, OpenAiServerError } from "./errors.js";
import { readReply } from "./reply.js";
import { chatShapes, toChatRequest } from "./request.js";

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
   * Waits while the server is away or full, until `signal` aborts. Rejects with an {@link OpenAiServerError} if the server
   * fails at this request repeatedly, or asks for another key or model, and with a {@link RefusedRequestError} if it
   * refuses the request itself.
   */
  async complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    if (request.maxTokens < 1) return emptyCompletion("length");
    const slot = await this.#pool.acquire((free) => Math.min(...free), signal);
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    try {
      return await completeInAnyShape(this.#options, request, ending);
    } finally {
      this.#pool.release(slot);
    }
  }

  async checkReady(): Promise<void> {
    await this.#options.client.probe("models", READY_TIMEOUT_MS);
  }

  /** Ends the active requests. */
  async close(): Promise<void> {
    const closed = new ModelClosedError(this.name);
    this.#pool.close(closed);
    this.#closing.abort(closed);
    await this.#options.client.close();
  }
}

type Server = Pick<OpenAiModelOptions, "client" | "model" | "dialect" | "contextTokens">;

/**
 * One completion. A model's chat template may refuse the order of the roles: then the server gets the conversation in
 * the next shape that keeps all of it. A server may refuse a schema: then it is asked for any object, and whoever takes
 * the object checks it.
 *
 * @throws {RefusedRequestError} if the server refuses the request in every shape.
 */
async function completeInAnyShape(
  server: Server,
  request: CompletionRequest,
  signal: AbortSignal,
): Promise<Completion> {
  let refusal: OpenAiServerError | undefined;
  for (const asked of [request, ...withOpenSchemas(request)]) {
    for (const messages of chatShapes(asked, server.dialect)) {
      try {
        return await completeShape(server, { request: asked, messages }, "wait-while-away", signal);
      } catch (error) {
        if (!(error instanceof OpenAiServerError) || !isOverRequest(error)) throw error;
        refusal ??= error;
      }
    }
  }
  throw new RefusedRequestError(
    `The model's server refuses this request (${refusal?.status}): ${refusal?.said || "it does not say why"}`,
  );
}

/** The same request with any object in the place of those that have schemas, if it has such. */
function withOpenSchemas(request: CompletionRequest): CompletionRequest[] {
  const { constraint } = request;
  if (!constraint?.alternatives.some(hasObject)) return [];
  return [{ ...request, constraint: withOpenObjects(constraint) }];
}

/** Whether a server refuses a request for its content, and not because a key or a model is missing. */
function isOverRequest({ kind, status }: OpenAiServerError): boolean {
  return kind === "refused" && status !== undefined && OVER_REQUEST.has(status);
}

/** Bad request, too large, unprocessable; some servers answer 500 if a template refuses. */
const OVER_REQUEST: ReadonlySet<number> = new Set([400, 413, 422, 500]);

/**
 * The completion of a conversation in one shape. Servers refuse a request whose `max_tokens` would not fit
 * after its prompt, where llama.cpp would write until its context is full: it is asked again for as many as
 * fit.
 */
export async function completeShape(
  { client, model, dialect, contextTokens }: Server,
  { request, messages }: { request: CompletionRequest; messages: readonly ChatMessage[] },
  patience: Patience,
  signal: AbortSignal,
): Promise<Completion> {
  for (let maxTokens = request.maxTokens; ; ) {
    const body = toChatRequest(request, { model, dialect, maxTokens, messages });
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
