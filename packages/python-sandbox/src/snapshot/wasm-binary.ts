const PAGE_BYTES = 65_536;
const HEADER_BYTES = 8;

/** Sections of a WebAssembly binary by id. Source: https://webassembly.github.io/spec/core/binary/modules.html */
const CUSTOM = 0;
const IMPORTS = 2;
const MEMORY = 5;
const GLOBALS = 6;
const EXPORTS = 7;
const DATA = 11;

const I32 = 0x7f;
const I32_CONST = 0x41;
const END = 0x0b;

/** The names under which the memory is imported, and the table and the stack pointer are exported. */
export const MEMORY_MODULE = "host";
export const MEMORY_NAME = "memory";
export const TABLE_EXPORT = "table";
export const STACK_POINTER_EXPORT = "stack_pointer";

/** Bytes and their address in the memory. */
export interface MemoryPart {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A WebAssembly program that takes its memory from its host. */
export interface DetachedBinary {
  /** The binary, without memory and data. */
  readonly code: Uint8Array;
  /** The parts of the initial memory that are not zero. */
  readonly data: readonly MemoryPart[];
  /** Initial size of the memory, in pages of 64 KiB. */
  readonly pages: number;
}

/**
 * Rewrites a WebAssembly binary that defines one memory and one global, the pointer to C's stack, so that an
 * instance can be restored from a copy of another instance's memory:
 * - the memory is imported, so that each memory can have its own maximum;
 * - the data that would be written at every instantiation is removed and returned;
 * - the function table and the stack pointer are exported: with the memory they are the whole state of an
 *   instance;
 * - the memory is larger by a stack, and the pointer starts at its top. Malloc does not use that part: it knows
 *   the size of the original memory and asks for more only at the end;
 * - custom sections (14 MB of debug information in CPython's case) are dropped.
 */
export function detachMemory(wasm: Uint8Array, stackPages: number): DetachedBinary {
  const sections = [...sectionsOf(wasm)];
  const memory = sections.find(({ id }) => id === MEMORY);
  if (!memory) throw new Error("the WebAssembly module defines no memory");
  // Content: count, flag (bit 0: has a maximum), minimum and, if there is one, maximum.
  const pages = new Reader(memory.content.subarray(2)).number() + stackPages;
  const parts: Uint8Array[] = [wasm.subarray(0, HEADER_BYTES)];
  let data: MemoryPart[] = [];
  for (const { id, content, whole } of sections) {
    if (id === CUSTOM || id === MEMORY) continue;
    if (id === IMPORTS) parts.push(withEntries(id, content, 1, memoryImport(pages)));
    else if (id === GLOBALS) parts.push(section(id, stackPointer(content, pages * PAGE_BYTES)));
    else if (id === EXPORTS) {
      parts.push(
        withEntries(id, content, 2, [...text(TABLE_EXPORT), 1, 0, ...text(STACK_POINTER_EXPORT), 3, 0]),
      );
    } else if (id === DATA) data = [...dataOf(content)];
    else parts.push(whole);
  }
  return { code: Buffer.concat(parts), data, pages };
}

interface Section {
  readonly id: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Layout: 8 bytes of header, then sections of id (1 byte), size (LEB128), content. */
function* sectionsOf(wasm: Uint8Array): Generator<Section> {
  const reader = new Reader(wasm, HEADER_BYTES);
  while (!reader.done) {
    const start = reader.at;
    const id = reader.byte();
    const content = reader.bytes(reader.number());
    yield { id, content, whole: wasm.subarray(start, reader.at) };
  }
}

/** The segments of a data section, each for memory 0, at a constant address. */
function* dataOf(content: Uint8Array): Generator<MemoryPart> {
  const reader = new Reader(content);
  const count = reader.number();
  for (let i = 0; i < count; i++) {
    if (reader.byte() !== 0 || reader.byte() !== I32_CONST) {
      throw new Error("the WebAssembly module's data has no constant address");
    }
    const at = reader.number();
    if (reader.byte() !== END)
      throw new Error("the address of the WebAssembly module's data is not a constant");
    yield { at, bytes: reader.bytes(reader.number()) };
  }
}

/** A memory of at least `pages` and any maximum: 65,536 pages are all that 32 bits address. */
function memoryImport(pages: number): number[] {
  return [...text(MEMORY_MODULE), ...text(MEMORY_NAME), 2, 1, ...leb128(pages), ...leb128(65_536)];
}

/** The global section with another start value: count, type i32, mutable, `i32.const` value, `end`. */
function stackPointer(content: Uint8Array, value: number): number[] {
  const [count, type, mutable, instruction] = content;
  if (count !== 1 || type !== I32 || mutable !== 1 || instruction !== I32_CONST) {
    throw new Error("the WebAssembly module's only global is not a stack pointer");
  }
  // The constant is a signed number, whose second-highest bit would be taken for the sign.
  const bytes = leb128(value);
  const last = bytes.at(-1) ?? 0;
  if (last >= 0x40) bytes.splice(-1, 1, last + 0x80, 0);
  return [1, I32, 1, I32_CONST, ...bytes, END];
}

/** A list section with more entries at its end. */
function withEntries(id: number, content: Uint8Array, count: number, entries: number[]): Uint8Array {
  const reader = new Reader(content);
  const total = reader.number() + count;
  return section(id, [...leb128(total), ...content.subarray(reader.at), ...entries]);
}

function section(id: number, content: readonly number[]): Uint8Array {
  return Uint8Array.from([id, ...leb128(content.length), ...content]);
}

function text(name: string): number[] {
  return [name.length, ...Buffer.from(name)];
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

/** Reads a binary from one place on. Throws where it ends too early. */
class Reader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error("the WebAssembly module is cut off");
    return byte;
  }

  bytes(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new Error("the WebAssembly module is cut off");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** An unsigned number (LEB128). */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}
