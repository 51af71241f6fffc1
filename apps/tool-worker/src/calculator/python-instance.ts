import type { PythonImage } from "./python-image.js";
import { type CreateHost, GuestExit, newHost, type WasiHost, type WasiTask } from "./wasi-host.js";
import { MEMORY_MODULE, MEMORY_NAME, STACK_POINTER_EXPORT, TABLE_EXPORT } from "./wasm-binary.js";

/** What the rewritten module exports (see wasm-binary.ts). */
export interface PythonExports {
  readonly _start: () => void;
  readonly [TABLE_EXPORT]: { get(index: number): (...args: number[]) => number };
  readonly [STACK_POINTER_EXPORT]: { value: number };
}

/** One CPython, put together from the image, good for one program. */
export interface PythonInstance {
  /** Runs the program to its end. The trap that stopped it, if one did. */
  run(task: WasiTask): string | undefined;
  readonly host: WasiHost;
  readonly memory: WebAssembly.Memory;
}

/**
 * Puts instances together from an image, one after another. Each is a new WebAssembly instance, with its own
 * table, stack pointer and host; only the memory is used again, and all of it is overwritten before:
 * writing 35 MB that the process has already costs 2 ms, taking as much from the system 8 ms.
 */
export class InstanceMaker {
  readonly #image: PythonImage;
  readonly #maxPages: number;
  readonly #createHost: CreateHost;
  #memory: WebAssembly.Memory | undefined;

  /** No memory grows beyond `maxPages` of 64 KiB. */
  constructor(image: PythonImage, maxPages: number, createHost: CreateHost = newHost) {
    this.#image = image;
    this.#maxPages = maxPages;
    this.#createHost = createHost;
  }

  /** Throws RangeError when there is no memory to be had. */
  next(): PythonInstance {
    const { module, entry, stackPointer } = this.#image;
    const memory = this.#cleanMemory();
    const host = this.#createHost({ memory });
    const exports = exportsOf(new WebAssembly.Instance(module, hostImports(module, host, memory)));
    exports[STACK_POINTER_EXPORT].value = stackPointer;
    const start = exports[TABLE_EXPORT].get(entry.tableIndex);
    return {
      host,
      memory,
      run: (task) => {
        host.give(task);
        try {
          start(...entry.arguments);
        } catch (error) {
          if (!(error instanceof GuestExit)) return String(error);
        }
        return undefined;
      },
    };
  }

  /** A memory in the state of the image, byte by byte. One that a program made grow is not used again. */
  #cleanMemory(): WebAssembly.Memory {
    const { pages, parts } = this.#image;
    const size = { initial: pages, maximum: this.#maxPages };
    if (this.#memory?.buffer.byteLength !== pages * PAGE_BYTES) this.#memory = new WebAssembly.Memory(size);
    this.restore(new Uint8Array(this.#memory.buffer), parts);
    return this.#memory;
  }

  /** Writes the image over the whole of a memory. */
  protected restore(memory: Uint8Array, parts: PythonImage["parts"]): void {
    let written = 0;
    for (const { at, bytes } of parts) {
      memory.fill(0, written, at);
      memory.set(bytes, at);
      written = at + bytes.length;
    }
    memory.fill(0, written);
  }
}

const PAGE_BYTES = 65_536;

/** What the rewritten module imports: the host's calls and its memory. */
export function hostImports(module: WebAssembly.Module, host: WasiHost, memory: WebAssembly.Memory) {
  return {
    wasi_snapshot_preview1: host.imports(module),
    [MEMORY_MODULE]: { [MEMORY_NAME]: memory },
  };
}

export function exportsOf(instance: WebAssembly.Instance): PythonExports {
  // The cast states what wasm-binary.ts makes of CPython's WASI command.
  return instance.exports as unknown as PythonExports;
}
