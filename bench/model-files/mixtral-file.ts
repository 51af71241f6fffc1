import { closeSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import {
  encodeString,
  float32Entry,
  type MetadataEntry,
  readMetadata,
  stringEntry,
  uint32Entry,
} from "./gguf-metadata.js";
import { FORMATS, randomBlocks, type TensorType } from "./random-blocks.js";

/** The sizes of a Mixtral. Lengths must be multiples of 256, the weights in a Q4_K block. */
export interface MixtralShape {
  readonly layers: number;
  readonly embedding: number;
  readonly feedForward: number;
  readonly heads: number;
  readonly kvHeads: number;
}

/** Mixtral-8x7B's own. */
export const MIXTRAL_8X7B: MixtralShape = {
  layers: 32,
  embedding: 4_096,
  feedForward: 14_336,
  heads: 32,
  kvHeads: 8,
};

/** The same in small: 300 MB in Q4_K. */
export const MIXTRAL_300MB: MixtralShape = {
  layers: 10,
  embedding: 1_024,
  feedForward: 1_792,
  heads: 16,
  kvHeads: 4,
};

export interface MixtralFileOptions {
  readonly path: string;
  readonly shape: MixtralShape;
  readonly type: Exclude<TensorType, "F32">;
  /** A GGUF file whose tokenizer (32,000 entries) the new one gets. */
  readonly tokenizerFrom: string;
  readonly onProgress?: (fraction: number) => void;
}

const VOCABULARY = 32_000;
const EXPERTS = 8;
const ALIGNMENT = 32;
/** Random bytes made of each kind of tensor in a layer; longer tensors repeat them. */
const POOL_BYTES = 16 * 1024 * 1024;
/**
 * Standard deviation of the logits. Chosen so that the likeliest token mostly has more than half of the
 * probability, as in a trained model: samplers take different ways through flat distributions.
 */
const LOGIT_DEVIATION = 8;

interface Tensor {
  readonly name: string;
  /** The shortest stride first. */
  readonly dimensions: readonly number[];
  readonly type: TensorType;
  readonly deviation: number | "ones";
}

/** Writes a Mixtral with random weights: good for nothing but being as fast as a real one. Returns its bytes. */
export function writeMixtralFile(options: MixtralFileOptions): number {
  const tensors = listTensors(options.shape, options.type);
  const head = encodeHead(metadataOf(options), tensors);
  const total = tensors.reduce((sum, tensor) => sum + align(bytesOf(tensor)), head.length);
  mkdirSync(dirname(options.path), { recursive: true });
  const unfinished = `${options.path}.unfinished`;
  const file = openSync(unfinished, "w");
  try {
    writeSync(file, head);
    let written = head.length;
    const pools = new Map<string, Buffer>();
    for (const tensor of tensors) {
      writeTensor(file, tensor, pools);
      written += align(bytesOf(tensor));
      options.onProgress?.(written / total);
    }
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, options.path);
  return total;
}

/**
 * Bytes of weights that one token's computation reads: all but the experts that it does not use, and
 * of the embedding one row.
 */
export function bytesPerToken(shape: MixtralShape, type: Exclude<TensorType, "F32">): number {
  return listTensors(shape, type)
    .filter(({ name }) => name !== "token_embd.weight")
    .reduce((sum, tensor) => sum + bytesOf(tensor) * (tensor.name.includes("_exps.") ? 2 / EXPERTS : 1), 0);
}

function listTensors(shape: MixtralShape, type: TensorType): Tensor[] {
  const { embedding, feedForward, heads, kvHeads } = shape;
  const kv = (embedding / heads) * kvHeads;
  const matrix = (name: string, dimensions: number[], gain = 1): Tensor => ({
    name: `${name}.weight`,
    dimensions,
    type,
    deviation: gain / Math.sqrt(dimensions[0] ?? 1),
  });
  const ones = (name: string): Tensor => ({
    name: `${name}.weight`,
    dimensions: [embedding],
    type: "F32",
    deviation: "ones",
  });
  const layers = Array.from({ length: shape.layers }, (_, index) => `blk.${index}`).flatMap((layer) => [
    ones(`${layer}.attn_norm`),
    matrix(`${layer}.attn_q`, [embedding, embedding]),
    matrix(`${layer}.attn_k`, [embedding, kv]),
    matrix(`${layer}.attn_v`, [embedding, kv]),
    matrix(`${layer}.attn_output`, [embedding, embedding]),
    ones(`${layer}.ffn_norm`),
    { ...matrix(`${layer}.ffn_gate_inp`, [embedding, EXPERTS]), type: "F32" as const },
    matrix(`${layer}.ffn_gate_exps`, [embedding, feedForward, EXPERTS]),
    matrix(`${layer}.ffn_up_exps`, [embedding, feedForward, EXPERTS]),
    matrix(`${layer}.ffn_down_exps`, [feedForward, embedding, EXPERTS]),
  ]);
  return [
    { ...matrix("token_embd", [embedding, VOCABULARY]), deviation: 1 },
    ...layers,
    ones("output_norm"),
    matrix("output", [embedding, VOCABULARY], LOGIT_DEVIATION),
  ];
}

function metadataOf({ shape, tokenizerFrom }: MixtralFileOptions): MetadataEntry[] {
  const tokenizer = readMetadata(tokenizerFrom).filter(({ key }) => key.startsWith("tokenizer."));
  return [
    stringEntry("general.architecture", "llama"),
    stringEntry("general.name", "Mixtral with random weights"),
    uint32Entry("llama.vocab_size", VOCABULARY),
    uint32Entry("llama.context_length", 32_768),
    uint32Entry("llama.embedding_length", shape.embedding),
    uint32Entry("llama.block_count", shape.layers),
    uint32Entry("llama.feed_forward_length", shape.feedForward),
    uint32Entry("llama.attention.head_count", shape.heads),
    uint32Entry("llama.attention.head_count_kv", shape.kvHeads),
    uint32Entry("llama.rope.dimension_count", shape.embedding / shape.heads),
    float32Entry("llama.rope.freq_base", 1_000_000),
    float32Entry("llama.attention.layer_norm_rms_epsilon", 1e-5),
    uint32Entry("llama.expert_count", EXPERTS),
    uint32Entry("llama.expert_used_count", 2),
    ...tokenizer,
  ];
}

/** Everything before the first tensor's numbers, padded. */
function encodeHead(metadata: readonly MetadataEntry[], tensors: readonly Tensor[]): Buffer {
  const start = Buffer.alloc(24);
  start.write("GGUF", 0, "latin1");
  start.writeUInt32LE(3, 4);
  start.writeBigUInt64LE(BigInt(tensors.length), 8);
  start.writeBigUInt64LE(BigInt(metadata.length), 16);
  let offset = 0;
  const infos = tensors.map((tensor) => {
    const { dimensions, type } = tensor;
    const info = Buffer.alloc(4 + 8 * dimensions.length + 12);
    info.writeUInt32LE(dimensions.length, 0);
    dimensions.forEach((length, index) => {
      info.writeBigUInt64LE(BigInt(length), 4 + 8 * index);
    });
    info.writeUInt32LE(FORMATS[type].id, info.length - 12);
    info.writeBigUInt64LE(BigInt(offset), info.length - 8);
    offset += align(bytesOf(tensor));
    return Buffer.concat([encodeString(tensor.name), info]);
  });
  const head = Buffer.concat([
    start,
    ...metadata.flatMap(({ key, value }) => [encodeString(key), value]),
    ...infos,
  ]);
  return Buffer.concat([head, Buffer.alloc(align(head.length) - head.length)]);
}

function writeTensor(file: number, tensor: Tensor, pools: Map<string, Buffer>): void {
  const pool = poolFor(tensor, pools);
  let left = bytesOf(tensor);
  const padding = align(left) - left;
  while (left > 0) {
    const part = pool.subarray(0, Math.min(left, pool.length));
    for (let done = 0; done < part.length; ) done += writeSync(file, part, done);
    left -= part.length;
  }
  if (padding > 0) writeSync(file, Buffer.alloc(padding));
}

function poolFor(tensor: Tensor, pools: Map<string, Buffer>): Buffer {
  const { type, deviation } = tensor;
  const key = `${type} ${deviation}`;
  const made = pools.get(key);
  if (made) return made;
  const pool =
    deviation === "ones"
      ? Buffer.from(new Float32Array(tensor.dimensions[0] ?? 1).fill(1).buffer)
      : randomBlocks(type, deviation, isByToken(tensor) ? bytesOf(tensor) : POOL_BYTES, pools.size + 1);
  pools.set(key, pool);
  return pool;
}

/** Tensors with a row for each token: equal rows would make tokens that no sampler can tell apart. */
function isByToken({ dimensions }: Tensor): boolean {
  return dimensions[1] === VOCABULARY;
}

function bytesOf({ dimensions, type }: Tensor): number {
  const { weights, bytes } = FORMATS[type];
  return (dimensions.reduce((product, length) => product * length, 1) / weights) * bytes;
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
