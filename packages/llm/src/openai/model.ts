import {
  type Completion,
  type CompletionRequest,
  type LanguageModel,
  RefusedRequestError,
} from "@bullpen/contracts";
import { ModelClosedError } from "../llama/node-llama-model.js";
import { SlotPool } from "../llama/scheduling/slot-pool.js";
import { PromptFormatError } from "../prompts/prompt-format.js";
import { completePrompt, completeShape, emptyCompletion, type ServerInUse } from "./complete-shape.js";
import { withOpenSchemas } from "./constraint-schema.js";
import { OpenAiServerError } from "./errors.js";
import type { ServerFigures } from "./pooled-server.js";
import { chatShapes } from "./request.js";
import type { ServerPool } from "./server-pool.js";

export interface OpenAiModelOptions {
  /** The name that queries ask for. */
  readonly name: string;
  /** The name that the servers have for it. */
  readonly model: string;
  readonly pool: ServerPool;
  readonly slots: number;
  readonly contextTokens: number;
}

/** A language model on servers that speak the OpenAI protocol: vLLM, SGLang, TGI, llama-server. */
export class OpenAiModel implements LanguageModel {
  readonly name: string;
  readonly slots: number;
  readonly contextTokens: number;
  readonly #options: OpenAiModelOptions;
  readonly #slots: SlotPool<number>;
  readonly #closing = new AbortController();

  constructor(options: OpenAiModelOptions) {
    this.#options = options;
    this.name = options.name;
    this.slots = options.slots;
    this.contextTokens = options.contextTokens;
    this.#slots = new SlotPool(Array.from({ length: options.slots }, (_, id) => id));
  }

  /** What is known of each server. */
  get servers(): readonly ServerFigures[] {
    return this.#options.pool.servers;
  }

  /**
   * Waits while all servers are away or full, until `signal` aborts. Rejects with an {@link OpenAiServerError} if servers
   * fail at this request repeatedly, or ask for another key or model, and with a {@link RefusedRequestError} if one
   * refuses the request itself.
   */
  async complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    if (request.maxTokens < 1) return emptyCompletion("length");
    const slot = await this.#slots.acquire((free) => Math.min(...free), signal);
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    try {
      return await this.#options.pool.run(
        ({ server, setup }, signal) =>
          complete({ ...setup, client: server.client, model: this.#options.model }, request, signal),
        {
          key: request.cacheKey,
          willReturn: ({ text }) => request.willContinue?.(text) ?? false,
          signal: ending,
        },
      );
    } finally {
      this.#slots.release(slot);
    }
  }

  async checkReady(): Promise<void> {
    await this.#options.pool.checkReady();
  }

  /** Ends the active requests. */
  async close(): Promise<void> {
    const closed = new ModelClosedError(this.name);
    this.#slots.close(closed);
    this.#closing.abort(closed);
    await this.#options.pool.close();
  }
}

/**
 * One completion. What is held to a constraint goes to the server as a prompt, if it completes such; what its model's
 * format cannot express, and what the server refuses in that form, goes there as a conversation.
 */
async function complete(
  server: ServerInUse,
  request: CompletionRequest,
  signal: AbortSignal,
): Promise<Completion> {
  const api = server.completions;
  // Probabilities of a conversation's reply have one form at all servers.
  if (!api || !request.constraint || request.logprobs !== undefined)
    return completeInAnyShape(server, request, signal);
  try {
    return await completePrompt(server, { request, api }, signal);
  } catch (error) {
    const isRefused = error instanceof OpenAiServerError && isOverRequest(error);
    if (!isRefused && !(error instanceof PromptFormatError)) throw error;
    return completeInAnyShape(server, request, signal);
  }
}

/**
 * One completion of a conversation. A model's chat template may refuse the order of the roles: then the server gets the conversation in
 * the next shape that keeps all of it. A server may refuse a schema: then it is asked for any value, and whoever takes
 * the value checks it.
 *
 * @throws {RefusedRequestError} if the server refuses the request in every shape.
 */
async function completeInAnyShape(
  server: ServerInUse,
  request: CompletionRequest,
  signal: AbortSignal,
): Promise<Completion> {
  let refusal: OpenAiServerError | undefined;
  for (const asked of [request, ...looser(request)]) {
    for (const messages of chatShapes(asked, server.dialect)) {
      try {
        return await completeShape(server, { request: asked, messages }, signal);
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

/** The same request without the schemas of its constraint, if it has such. */
function looser(request: CompletionRequest): CompletionRequest[] {
  const open = request.constraint && withOpenSchemas(request.constraint);
  return open ? [{ ...request, ...open }] : [];
}

/** Whether a server refuses a request for its content, and not because a key or a model is missing. */
function isOverRequest({ kind, status }: OpenAiServerError): boolean {
  return kind === "refused" && status !== undefined && OVER_REQUEST.has(status);
}

/** Bad request, too large, unprocessable; some servers answer 500 if a template refuses. */
const OVER_REQUEST: ReadonlySet<number> = new Set([400, 413, 422, 500]);
