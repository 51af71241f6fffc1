import assert from "node:assert/strict";
import { test } from "node:test";
import { CappedBytes } from "./capped-bytes.js";
import { bootPython } from "./python-image.js";
import { InstanceMaker } from "./python-instance.js";

const MAX_PAGES = 4_096;
const image = await bootPython();

function run(python: ReturnType<InstanceMaker["next"]>, program: string): string {
  const trap = python.run({
    input: Buffer.from(`mark 100\n${program}`),
    mark: Buffer.from("mark"),
    printed: CappedBytes.begin(100),
    maxReportBytes: 1_000,
  });
  return trap ?? python.host.report.text();
}

test("whatever a program leaves in the memory, the next instance begins with the image, byte by byte", () => {
  const maker = new InstanceMaker(image, MAX_PAGES);
  const memories: WebAssembly.Memory[] = [];
  for (const program of [
    "output = 'left behind'.encode() * 1000",
    "def f(n): return n and f(n - 1) + 1\noutput = f(900)",
    "import builtins, sys\nbuiltins.len = sys.modules['math'].sqrt = None\noutput = 1",
    "output = len(bytearray(b'x') * 50_000_000)",
    "import os\nos.abort()",
    "while True: print('x' * 1000, len([0] * 10 ** 9))",
  ]) {
    run(maker.next(), program);
    const python = maker.next();
    memories.push(python.memory);
    assertImage(python.memory.buffer);
    assert.equal(run(python, "output = 6 * 7"), " value 0\n42");
  }
  assert.equal(new Set(memories).size, 2, "the memory is used again, unless a program made it grow");
});

function assertImage(memory: ArrayBuffer): void {
  assert.equal(memory.byteLength, image.pages * 65_536);
  const expected = Buffer.alloc(memory.byteLength);
  for (const { at, bytes } of image.parts) expected.set(bytes, at);
  assert.ok(expected.equals(Buffer.from(memory)));
}
