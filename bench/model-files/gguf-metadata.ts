import { readFileSync } from "node:fs";

/** Types of metadata values in a GGUF file (ggml/include/gguf.h of llama.cpp). */
const TYPE = { uint32: 4, float32: 6, bool: 7, string: 8, array: 9 } as const;

/** Bytes of one value, by type; strings and arrays carry their own length. */
const SIZES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

/** One key and its value as in the file, type included. */
export interface MetadataEntry {
  readonly key: string;
  readonly value: Buffer;
}

/** The metadata of a GGUF file (version 3), in its order. */
export function readMetadata(path: string): MetadataEntry[] {
  const file = readFileSync(path);
  if (file.toString("latin1", 0, 4) !== "GGUF") throw new Error(`${path} is not a GGUF file.`);
  const count = Number(file.readBigUInt64LE(16));
  let at = 24;
  const entries: MetadataEntry[] = [];
  for (let index = 0; index < count; index++) {
    const length = Number(file.readBigUInt64LE(at));
    const key = file.toString("utf8", at + 8, at + 8 + length);
    const start = at + 8 + length;
    at = skipValue(file, start + 4, file.readUInt32LE(start));
    entries.push({ key, value: file.subarray(start, at) });
  }
  return entries;
}

export function uint32Entry(key: string, value: number): MetadataEntry {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(TYPE.uint32, 0);
  bytes.writeUInt32LE(value, 4);
  return { key, value: bytes };
}

export function float32Entry(key: string, value: number): MetadataEntry {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(TYPE.float32, 0);
  bytes.writeFloatLE(value, 4);
  return { key, value: bytes };
}

export function stringEntry(key: string, value: string): MetadataEntry {
  const type = Buffer.alloc(4);
  type.writeUInt32LE(TYPE.string, 0);
  return { key, value: Buffer.concat([type, encodeString(value)]) };
}

/** A length of 8 bytes, then the text. */
export function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length), 0);
  return Buffer.concat([length, bytes]);
}

/** Where the value of `type` at `at` ends. */
function skipValue(file: Buffer, at: number, type: number): number {
  if (type === TYPE.string) return at + 8 + Number(file.readBigUInt64LE(at));
  if (type !== TYPE.array) return at + sizeOf(type);
  const itemType = file.readUInt32LE(at);
  const count = Number(file.readBigUInt64LE(at + 4));
  if (itemType !== TYPE.string) return at + 12 + count * sizeOf(itemType);
  let end = at + 12;
  for (let index = 0; index < count; index++) end = skipValue(file, end, TYPE.string);
  return end;
}

function sizeOf(type: number): number {
  const size = SIZES[type];
  if (size === undefined) throw new Error(`GGUF metadata of type ${type} is not known here.`);
  return size;
}
