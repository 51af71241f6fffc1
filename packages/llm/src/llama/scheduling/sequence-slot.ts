import type { Token } from "node-llama-cpp";
import type { ContextBinding } from "../binding/llama-binding.js";
import type { ProofSamplers } from "../sampling/proof-samplers.js";
import { SlotSampler, type SlotSamplers, TokenLogits } from "../sampling/token-logits.js";
import type { BatchDecoder } from "./batch-decoder.js";
import { MAX_DECODE_TOKENS, type SequenceTokens } from "./batch-scheduler.js";

/** One of a context's sequences, with the KV cache that its last request left in it. */
export class SequenceSlot {
  /** The sequence's id in the context. */
  readonly id: number;
  /** The `cacheKey` of the last request that it served. */
  lastKey: string | undefined;
  /** Whether the caller of that request will continue its conversation. */
  isAwaited = false;
  /** Grows with each use. */
  lastUse = 0;
  readonly #binding: ContextBinding;
  readonly #decoder: BatchDecoder;
  readonly #samplers: SlotSamplers;
  /** The tokens whose cells the KV cache holds. */
  #tokens: Token[] = [];

  /** @param proofs shared by all slots of the context; whoever made them disposes of them. */
  constructor(binding: ContextBinding, decoder: BatchDecoder, proofs: ProofSamplers, id: number) {
    this.id = id;
    this.#binding = binding;
    this.#decoder = decoder;
    this.#samplers = { chain: new SlotSampler(binding.newSampler), proofs };
  }

  /** Tokens in its KV cache. */
  get length(): number {
    return this.#tokens.length;
  }

  /** How many tokens at the start of `prompt` the KV cache holds. */
  commonPrefix(prompt: readonly Token[]): number {
    const end = this.#tokens.findIndex((token, index) => token !== prompt[index]);
    return end < 0 ? this.#tokens.length : end;
  }

  /** Drops from the KV cache what is not the start of `tokens`. */
  keep(tokens: readonly Token[]): Promise<void> {
    return this.#cut(this.commonPrefix(tokens));
  }

  /** Drops the last tokens from the KV cache. More may go: some models cannot drop the last ones only. */
  drop(count: number): Promise<void> {
    return this.#cut(this.length - count);
  }

  /** Adds tokens of a prompt to the KV cache, as many as the next batch has room for. */
  async prefill(tokens: readonly Token[]): Promise<void> {
    await this.#decode("prefill", tokens, 0, async () => undefined);
  }

  /**
   * Adds tokens to the KV cache, as many as the next batch has room for. Resolves to what `onLogits` makes of the
   * logits after those of the last `outputs` tokens that had room. The logits live until its promise settles.
   */
  decodeWithLogits<Result>(
    tokens: readonly Token[],
    outputs: number,
    onLogits: (logits: readonly TokenLogits[]) => Promise<Result>,
  ): Promise<Result> {
    const { context } = this.#binding;
    const kind = tokens.length > MAX_DECODE_TOKENS ? "prefill" : "decode";
    return this.#decode(kind, tokens, outputs, (indexes) =>
      onLogits(indexes.map((index) => new TokenLogits(context, this.#samplers, index))),
    );
  }

  /** Empties the slot after a failure: what its KV cache then holds is unknown. */
  async reset(): Promise<void> {
    this.lastKey = undefined;
    this.isAwaited = false;
    this.#tokens = [];
    await this.#decoder.change((context) => context.disposeSequence(this.id));
  }

  dispose(): void {
    this.#samplers.chain.dispose();
  }

  async #decode<Result>(
    kind: SequenceTokens["kind"],
    tokens: readonly Token[],
    outputs: number,
    onLogits: (batchIndexes: readonly number[]) => Promise<Result>,
  ): Promise<Result> {
    const position = this.length;
    const request = { sequence: this.id, kind, position, tokens, outputs, onLogits };
    const { taken, result } = await this.#decoder.decode(request);
    for (let at = 0; at < taken; at++) this.#tokens.push(tokens[at] as Token);
    return result;
  }

  async #cut(length: number): Promise<void> {
    if (length >= this.length) return;
    await this.#decoder.change((context) => {
      const first = Math.max(0, context.getSequenceKvCacheMinPosition(this.id));
      if (length > first && context.removeTokenCellsFromSequence(this.id, length, this.length)) {
        this.#tokens.length = length;
        return;
      }
      // The attention window has moved past that position, or the model keeps one state for all tokens.
      context.disposeSequence(this.id);
      this.#tokens = [];
    });
  }
}
