import { type CreateHost, GuestExit, newHost, type WasiHost, type WasiTask } from "../host/wasi-host.js";
import type { Libraries } from "../libraries/libraries.js";
import type { PythonSnapshot } from "../snapshot/python-snapshot.js";
import { MEMORY_MODULE, MEMORY_NAME, STACK_POINTER_EXPORT, TABLE_EXPORT } from "../snapshot/wasm-binary.js";

/** The exports of the rewritten module (see snapshot/wasm-binary.ts). */
export interface PythonExports {
  readonly _start: () => void;
  readonly [TABLE_EXPORT]: { get(index: number): (...args: number[]) => number };
  readonly [STACK_POINTER_EXPORT]: { value: number };
}

/** One CPython made from the snapshot, for one program. */
export interface PythonInstance {
  /** Runs the program to its end. Returns the trap that stopped it, if one did. */
  run(task: WasiTask): string | undefined;
  readonly host: WasiHost;
  readonly memory: WebAssembly.Memory;
}

/**
 * Makes instances from a snapshot, one at a time. Each is a new WebAssembly instance, with its own table, stack
 * pointer and host. Only the memory is reused, after all of it is overwritten: to write 35 MB that the process
 * already has costs 2 ms, to take as much from the system 8 ms.
 */
export class InstanceFactory {
  readonly #snapshot: PythonSnapshot;
  readonly #maxPages: number;
  readonly #createHost: CreateHost;
  #memory: WebAssembly.Memory | undefined;
  #libraries: Libraries | undefined;

  /** No memory grows beyond `maxPages` of 64 KiB. */
  constructor(
    snapshot: PythonSnapshot,
    maxPages: number,
    createHost: CreateHost = newHost,
    libraries?: Libraries,
  ) {
    this.#snapshot = snapshot;
    this.#maxPages = maxPages;
    this.#createHost = createHost;
    this.#libraries = libraries;
  }

  /** What programs of later instances may import. */
  provide(libraries: Libraries): void {
    this.#libraries = libraries;
  }

  /** Makes the next instance. Throws RangeError when the system has no memory for it. */
  next(): PythonInstance {
    const { module, entry, stackPointer } = this.#snapshot;
    const memory = this.#cleanMemory();
    const host = this.#createHost({ memory, libraries: this.#libraries });
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

  /** A memory that equals the snapshot byte by byte. A memory that has grown is not reused. */
  #cleanMemory(): WebAssembly.Memory {
    const { pages, parts } = this.#snapshot;
    const size = { initial: pages, maximum: this.#maxPages };
    if (this.#memory?.buffer.byteLength !== pages * PAGE_BYTES) this.#memory = new WebAssembly.Memory(size);
    this.restore(new Uint8Array(this.#memory.buffer), parts);
    return this.#memory;
  }

  /** Overwrites all of a memory with the snapshot. */
  protected restore(memory: Uint8Array, parts: PythonSnapshot["parts"]): void {
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

/** The imports of the rewritten module: the host's calls and the memory. */
export function hostImports(module: WebAssembly.Module, host: WasiHost, memory: WebAssembly.Memory) {
  return {
    wasi_snapshot_preview1: host.imports(module),
    [MEMORY_MODULE]: { [MEMORY_NAME]: memory },
  };
}

export function exportsOf(instance: WebAssembly.Instance): PythonExports {
  // The cast states what snapshot/wasm-binary.ts makes of CPython's WASI command.
  return instance.exports as unknown as PythonExports;
}
