/** How a tensor's numbers are stored, by llama.cpp's names (ggml/src/ggml-common.h). */
export type TensorType = "F32" | "Q4_K" | "Q8_0";

interface TensorFormat {
  /** The type's number in a GGUF file. */
  readonly id: number;
  /** Weights in a block, and bytes that it takes. */
  readonly weights: number;
  readonly bytes: number;
  /** Writes one block whose weights have about mean 0 and the standard deviation `deviation`. */
  readonly fill: (block: Buffer, deviation: number, random: () => number) => void;
}

/** Scale and minimum of each of the eight groups in a Q4_K block: the same, so that 4-bit values centre on 0. */
const GROUP_SCALE = 32;

/** Of values drawn evenly from 0 to 15, and from -127 to 127. */
const DEVIATION_OF_4_BITS = Math.sqrt((16 ** 2 - 1) / 12);
const DEVIATION_OF_8_BITS = Math.sqrt((255 ** 2 - 1) / 12);

export const FORMATS: Readonly<Record<TensorType, TensorFormat>> = {
  F32: { id: 0, weights: 1, bytes: 4, fill: fillF32 },
  Q8_0: { id: 8, weights: 32, bytes: 34, fill: fillQ8 },
  Q4_K: { id: 12, weights: 256, bytes: 144, fill: fillQ4K },
};

/** Random blocks one behind the other, at least `bytes` of them. */
export function randomBlocks(type: TensorType, deviation: number, bytes: number, seed: number): Buffer {
  const format = FORMATS[type];
  const blocks = Math.ceil(bytes / format.bytes);
  const buffer = Buffer.alloc(blocks * format.bytes);
  const random = xorshift(seed);
  for (let index = 0; index < blocks; index++) {
    format.fill(buffer.subarray(index * format.bytes, (index + 1) * format.bytes), deviation, random);
  }
  return buffer;
}

function fillF32(block: Buffer, deviation: number, random: () => number): void {
  block.writeFloatLE((random() - 0.5) * Math.sqrt(12) * deviation, 0);
}

/** A 16-bit scale, then 32 signed bytes. */
function fillQ8(block: Buffer, deviation: number, random: () => number): void {
  block.writeUInt16LE(toHalf(deviation / DEVIATION_OF_8_BITS), 0);
  for (let at = 2; at < block.length; at++) block.writeInt8(Math.floor(random() * 255) - 127, at);
}

/** Two 16-bit factors, twelve bytes with eight 6-bit scales and minima, then 256 values of 4 bits. */
function fillQ4K(block: Buffer, deviation: number, random: () => number): void {
  const factor = deviation / (GROUP_SCALE * DEVIATION_OF_4_BITS);
  block.writeUInt16LE(toHalf(factor), 0);
  block.writeUInt16LE(toHalf(factor * 7.5), 2);
  // Bytes 0–3 and 4–7: the low six bits of the first four scales and minima, with the high two of the
  // last four on top; bytes 8–11: the low four bits of those, which are 0 in 32.
  const high = (GROUP_SCALE >> 4) << 6;
  block.fill(GROUP_SCALE | high, 4, 12);
  block.fill((GROUP_SCALE & 15) | ((GROUP_SCALE & 15) << 4), 12, 16);
  for (let at = 16; at < block.length; at++) block[at] = Math.floor(random() * 256);
}

/** The nearest 16-bit float of a positive number. */
function toHalf(value: number): number {
  const exponent = Math.floor(Math.log2(value));
  if (exponent > 15) throw new RangeError(`${value} does not fit a 16-bit float.`);
  // Below the smallest normal number the steps are even.
  if (exponent < -14) return Math.round(value * 2 ** 24);
  const mantissa = Math.round((value / 2 ** exponent - 1) * 1024);
  return ((exponent + 15) << 10) + mantissa;
}

/** Marsaglia's xorshift, 32 bits: the same seed gives the same file. */
function xorshift(seed: number): () => number {
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
