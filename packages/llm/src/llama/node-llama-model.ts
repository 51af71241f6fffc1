import { abortable } from "@bullpen/base";
import { type Completion, type CompletionRequest, type LanguageModel, shapesOf } from "@bullpen/contracts";
import type { Llama, LlamaContext, LlamaModel, Token } from "node-llama-cpp";
import type { PromptFormats } from "../prompts/choose-prompt-format.js";
import type { PromptFormat } from "../prompts/prompt-format.js";
import { type PromptTokenizer, tokenizePrompt } from "../prompts/prompt-tokens.js";
import { type GenerationSetup, type GenerationTask, generate } from "./generate/generate.js";
import type { ProofSamplers } from "./sampling/proof-samplers.js";
import { chooseSlot } from "./scheduling/choose-slot.js";
import type { SequenceSlot } from "./scheduling/sequence-slot.js";
import { SlotPool } from "./scheduling/slot-pool.js";

export interface NodeLlamaModelOptions {
  readonly name: string;
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly formats: PromptFormats;
  readonly setup: GenerationSetup;
  /** Makes the slot of the context's sequence with that id. */
  readonly newSlot: (id: number) => SequenceSlot;
  /** The samplers that the slots share. */
  readonly proofs: ProofSamplers;
}

/** Rejects the requests that are active when their model is closed, and later ones. */
export class ModelClosedError extends Error {
  override readonly name = "ModelClosedError";

  constructor(model: string) {
    super(`The model ${model} has been closed.`);
  }
}

/** Ends a generation between two steps. */
class GenerationStopped extends Error {
  /** What the caller is told. */
  readonly reason: unknown;

  constructor(reason: unknown) {
    super("The generation was stopped.");
    this.reason = reason;
  }
}

/**
 * A language model on llama.cpp. Requests take the context's sequences as slots, first come first served, and are
 * computed together in batches.
 */
export class NodeLlamaModel implements LanguageModel {
  readonly name: string;
  readonly slots: number;
  readonly contextTokens: number;
  readonly #options: NodeLlamaModelOptions;
  readonly #tokenizer: PromptTokenizer<Token>;
  readonly #sequences: readonly SequenceSlot[];
  readonly #pool: SlotPool<SequenceSlot>;
  #uses = 0;
  readonly #active = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(options: NodeLlamaModelOptions) {
    const { name, model, context, setup, newSlot } = options;
    this.#options = options;
    this.name = name;
    this.slots = context.totalSequences;
    this.contextTokens = setup.contextTokens;
    this.#tokenizer = { bos: model.tokens.bos, eos: model.tokens.eos, tokenize: model.tokenize };
    this.#sequences = Array.from({ length: this.slots }, (_, id) => newSlot(id));
    this.#pool = new SlotPool(this.#sequences);
  }

  /** Rejects with a `PromptFormatError` when the model's format cannot express the conversation. */
  async complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    signal.throwIfAborted();
    this.#throwIfClosed();
    const requestedAt = performance.now();
    const prompt = tokenizePrompt(this.#formatOf(request).render(request), this.#tokenizer);
    if (prompt.length >= this.contextTokens) return emptyCompletion("context", prompt.length);
    if (request.maxTokens < 1) return emptyCompletion("length", prompt.length);
    const slot = await this.#pool.acquire(
      (free) => chooseSlot(free, request.cacheKey, (s) => s.commonPrefix(prompt)),
      signal,
    );
    const work = this.#generateOn(slot, { request, prompt, requestedAt }, signal);
    this.#active.add(work);
    // The caller of an aborted request does not wait for the step that is being computed.
    return await abortable(
      work.finally(() => this.#active.delete(work)),
      signal,
    );
  }

  /** Ends the active requests and frees the memory. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #formatOf({ constraint }: CompletionRequest): PromptFormat {
    const { constrained, text } = this.#options.formats;
    return shapesOf(constraint) ? constrained : text;
  }

  async #generateOn(
    slot: SequenceSlot,
    task: Pick<GenerationTask, "request" | "prompt" | "requestedAt">,
    signal: AbortSignal,
  ): Promise<Completion> {
    const throwIfStopped = () => {
      if (signal.aborted) throw new GenerationStopped(signal.reason);
      if (this.#closed) throw new GenerationStopped(new ModelClosedError(this.name));
    };
    this.#uses++;
    slot.lastUse = this.#uses;
    slot.isAwaited = false;
    try {
      const completion = await generate(this.#options.setup, { ...task, slot, throwIfStopped });
      slot.isAwaited = willContinue(task.request, completion);
      return completion;
    } catch (error) {
      // Between two steps the slot's KV cache is known: it stays.
      if (error instanceof GenerationStopped) throw error.reason;
      await slot.reset();
      throw error;
    } finally {
      this.#pool.release(slot);
    }
  }

  async #close(): Promise<void> {
    this.#pool.close(new ModelClosedError(this.name));
    await Promise.allSettled(this.#active);
    for (const slot of this.#sequences) slot.dispose();
    this.#options.proofs.dispose();
    await this.#options.context.dispose();
    await this.#options.model.dispose();
    await this.#options.llama.dispose();
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new ModelClosedError(this.name);
  }
}

/** Whether the caller comes back for the prefix that this request leaves in its slot. */
function willContinue(request: CompletionRequest, { text, finishReason }: Completion): boolean {
  if (request.cacheKey === undefined || finishReason !== "stop") return false;
  return request.willContinue?.(text) ?? false;
}

function emptyCompletion(finishReason: Completion["finishReason"], promptTokens: number): Completion {
  return {
    text: "",
    finishReason,
    usage: { prompt_tokens: promptTokens, cached_tokens: 0, completion_tokens: 0 },
  };
}
