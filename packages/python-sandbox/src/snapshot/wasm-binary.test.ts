import assert from "node:assert/strict";
import { test } from "node:test";
import { detachMemory } from "./wasm-binary.js";

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
const CUSTOM = [0, 3, 1, 120, 9];
const IMPORTS = [2, 1, 0];
const TABLE = [4, 4, 1, 0x70, 0, 5];
const MEMORY = [5, 3, 1, 0, 2];
/** One global: i32, mutable, start value 16. */
const STACK_POINTER = [6, 6, 1, 0x7f, 1, 0x41, 16, 0x0b];
const EXPORTS = [7, 1, 0];
/** Two bytes at 200 (as LEB128 with its sign). */
const DATA = [11, 9, 1, 0, 0x41, 0xc8, 1, 0x0b, 2, 7, 8];
const ALL = [...HEADER, ...CUSTOM, ...IMPORTS, ...TABLE, ...MEMORY, ...STACK_POINTER, ...EXPORTS, ...DATA];

test("an instance takes the memory that it is given, and shows its table and stack pointer", async () => {
  for (const stackPages of [1, 62, 126, 254]) {
    const { code, data, pages } = detachMemory(Uint8Array.from(ALL), stackPages);
    assert.equal(pages, 2 + stackPages);
    assert.deepEqual(data, [{ at: 200, bytes: Uint8Array.of(7, 8) }]);
    const module = await WebAssembly.compile(code);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: 300 });
    const { exports } = new WebAssembly.Instance(module, { host: { memory } });
    // The cast states what detachMemory promises to export.
    const { table, stack_pointer } = exports as {
      table: { length: number };
      stack_pointer: { value: number };
    };
    assert.equal(table.length, 5);
    assert.equal(stack_pointer.value, pages * 65_536, "the top of the stack");
    assert.ok(
      new Uint8Array(memory.buffer).every((byte) => byte === 0),
      "no data is written",
    );
  }
});

test("a module that is laid out otherwise is refused", () => {
  const refused = (parts: number[], message: RegExp) =>
    assert.throws(() => detachMemory(Uint8Array.from([...HEADER, ...parts]), 1), message);
  refused([...STACK_POINTER], /defines no memory/);
  refused([...MEMORY, 6, 6, 1, 0x7f, 0, 0x41, 16, 0x0b], /not a stack pointer/);
  refused([...MEMORY, 11, 4, 1, 1, 1, 9], /has no constant address/);
  refused([5, 128], /cut off/);
  refused([5, 9, 1], /cut off/);
});
