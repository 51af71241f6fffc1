import assert from "node:assert/strict";
import { test } from "node:test";
import { layOutMemory } from "./python-module.js";

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
const CUSTOM = [0, 3, 1, 120, 9];
const MEMORY = [5, 3, 1, 0, 2];
/** One global: i32, mutable, start value 16. */
const STACK_POINTER = [6, 6, 1, 0x7f, 1, 0x41, 16, 0x0b];
/** Exports memory 0 as `m` and global 0 as `g`. */
const EXPORTS = [7, 9, 2, 1, 109, 2, 0, 1, 103, 3, 0];

async function instantiate(bytes: Uint8Array) {
  const { exports } = new WebAssembly.Instance(await WebAssembly.compile(bytes), {});
  // The cast states what EXPORTS exports.
  const { m, g } = exports as {
    m: { buffer: ArrayBuffer; grow(pages: number): number };
    g: { value: number };
  };
  return { memory: m, stackPointer: g.value };
}

test("the memory starts larger by the stack, whose top the pointer takes, and grows to its maximum", async () => {
  const wasm = Uint8Array.from([...HEADER, ...CUSTOM, ...MEMORY, ...STACK_POINTER, ...EXPORTS]);
  for (const stackPages of [1, 62, 126, 254]) {
    const laidOut = layOutMemory(wasm, { maxPages: 300, stackPages });
    const { memory, stackPointer } = await instantiate(laidOut);
    assert.equal(memory.buffer.byteLength, (2 + stackPages) * 65_536);
    assert.equal(stackPointer, (2 + stackPages) * 65_536);
    memory.grow(300 - 2 - stackPages);
    assert.throws(() => memory.grow(1), RangeError);
  }
});

test("a module that is laid out otherwise is refused", () => {
  const layout = { maxPages: 300, stackPages: 1 };
  const refused = (parts: number[], message: RegExp) =>
    assert.throws(() => layOutMemory(Uint8Array.from([...HEADER, ...parts]), layout), message);
  refused([...STACK_POINTER], /defines no memory/);
  refused([...MEMORY, 6, 6, 1, 0x7f, 0, 0x41, 16, 0x0b], /not a stack pointer/);
  refused([5, 128], /cut off/);
  const wasm = Uint8Array.from([...HEADER, ...MEMORY, ...STACK_POINTER]);
  assert.throws(() => layOutMemory(wasm, { maxPages: 16, stackPages: 16 }), /needs 1.125 MiB/);
});
