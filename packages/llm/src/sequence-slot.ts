import type { LlamaContext, LlamaContextSequence } from "node-llama-cpp";
import { priorityOfSequence } from "./batch-order.js";

/** One of a context's sequences, with the KV cache that its last request left in it. */
export class SequenceSlot {
  /** The sequence's id in the context. */
  readonly id: number;
  /** The `cacheKey` of the request it served last. */
  lastKey: string | undefined;
  readonly #context: LlamaContext;
  #sequence: LlamaContextSequence;

  /** Slots are made one after the other, `id` counting from 0: contexts give out ids in that order. */
  constructor(context: LlamaContext, id: number) {
    this.#context = context;
    this.id = id;
    this.#sequence = context.getSequence();
  }

  get sequence(): LlamaContextSequence {
    return this.#sequence;
  }

  get priority(): ReturnType<typeof priorityOfSequence> {
    return priorityOfSequence(this.id);
  }

  /**
   * Empties the slot after a failure: what its KV cache then holds is unknown. Not to be called for
   * two slots at a time: the context gives back whichever id is free.
   */
  async reset(): Promise<void> {
    this.lastKey = undefined;
    await this.#sequence.dispose();
    this.#sequence = this.#context.getSequence();
  }
}
