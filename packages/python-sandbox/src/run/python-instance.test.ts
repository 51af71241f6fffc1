import assert from "node:assert/strict";
import { test } from "node:test";
import { bootPython } from "../snapshot/python-snapshot.js";
import { CappedBytes } from "./capped-bytes.js";
import { InstanceFactory } from "./python-instance.js";

const MAX_PAGES = 4_096;
const snapshot = await bootPython();

function run(python: ReturnType<InstanceFactory["next"]>, program: string): string {
  const trap = python.run({
    input: Buffer.from(`mark 100\n${program}`),
    mark: Buffer.from("mark"),
    printed: CappedBytes.create(100),
    maxReportBytes: 1_000,
  });
  return trap ?? python.host.report.text();
}

test("the next instance equals the snapshot byte by byte, whatever a program left in the memory", () => {
  const factory = new InstanceFactory(snapshot, MAX_PAGES);
  const memories: WebAssembly.Memory[] = [];
  for (const program of [
    "output = 'left behind'.encode() * 1000",
    "def f(n): return n and f(n - 1) + 1\noutput = f(900)",
    "import builtins, sys\nbuiltins.len = sys.modules['math'].sqrt = None\noutput = 1",
    "output = len(bytearray(b'x') * 50_000_000)",
    "import os\nos.abort()",
    "while True: print('x' * 1000, len([0] * 10 ** 9))",
  ]) {
    run(factory.next(), program);
    const python = factory.next();
    memories.push(python.memory);
    assertSnapshot(python.memory.buffer);
    assert.equal(run(python, "output = 6 * 7"), " value 0\n42");
  }
  assert.equal(new Set(memories).size, 2, "the memory is reused unless it has grown");
});

function assertSnapshot(memory: ArrayBuffer): void {
  assert.equal(memory.byteLength, snapshot.pages * 65_536);
  const expected = Buffer.alloc(memory.byteLength);
  for (const { at, bytes } of snapshot.parts) expected.set(bytes, at);
  assert.ok(expected.equals(Buffer.from(memory)));
}
