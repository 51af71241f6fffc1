import type { Architecture } from "./catalogue.js";

/** Bytes of a float of the KV cache: llama.cpp keeps it as f16. */
const KV_FLOAT_BYTES = 2;
/** Bytes of a logit, and of an activation. */
const FLOAT_BYTES = 4;
/** llama.cpp computes a batch in parts of so many tokens. */
const UBATCH_TOKENS = 512;

/** Bytes that one token takes in the KV cache: a key and a value for each head that is kept, in each layer. */
export function kvBytesPerToken({ layers, kv_heads, head_size }: Architecture): number {
  return 2 * layers * kv_heads * head_size * KV_FLOAT_BYTES;
}

export interface ContextSize {
  readonly slots: number;
  /** Of one slot. */
  readonly contextTokens: number;
  readonly batchSize: number;
}

/** Bytes of the KV cache of all slots. */
export function kvBytes(architecture: Architecture, { slots, contextTokens }: ContextSize): number {
  return slots * contextTokens * kvBytesPerToken(architecture);
}

/** About the bytes of the buffers beside the KV cache: logits and activations of the part that is computed at a time. */
export function bufferBytes(architecture: Architecture, { batchSize }: ContextSize): number {
  const { vocabulary, embedding } = architecture;
  return Math.min(batchSize, UBATCH_TOKENS) * (vocabulary + ACTIVATIONS * embedding) * FLOAT_BYTES;
}

/** Vectors of the embedding's length that are alive at once while a layer is computed, roughly. */
const ACTIVATIONS = 16;

/** The fewest bytes that a model needs: its weights and one slot. */
export function leastBytes(
  architecture: Architecture,
  { weightBytes, contextTokens }: { readonly weightBytes: number; readonly contextTokens: number },
): number {
  return weightBytes + kvBytes(architecture, { slots: 1, contextTokens, batchSize: 1 });
}
