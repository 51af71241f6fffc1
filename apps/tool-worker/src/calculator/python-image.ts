import { Worker } from "node:worker_threads";
import { deferred } from "../abortable.js";
import type { MemoryPart } from "./wasm-binary.js";

/**
 * CPython at the moment when it waits for its program: compiled code, and a copy of everything that a
 * running instance consists of. Nothing of a program is in it, and nothing changes it. It can be shared with
 * any number of threads: its bytes are in shared memory.
 */
export interface PythonImage {
  readonly module: WebAssembly.Module;
  /** Size of the memory, in pages of 64 KiB. */
  readonly pages: number;
  /** What the memory holds besides zeros, in order. */
  readonly parts: readonly MemoryPart[];
  readonly stackPointer: number;
  /** The call with which a run begins: a function in the module's table, and its arguments. */
  readonly entry: { readonly tableIndex: number; readonly arguments: readonly number[] };
}

/** What the thread that makes an image tells. */
export type BootMessage = { readonly image: PythonImage } | { readonly error: string };

const THREAD = new URL("./boot-thread.js", import.meta.url);

/**
 * Starts CPython once, in a thread that ends with it (boot-thread.js), and returns its image. Takes about a
 * second of one core, as the modules that are most used are imported then.
 */
export async function bootPython(): Promise<PythonImage> {
  const booted = deferred<PythonImage>();
  const worker = new Worker(THREAD, {
    env: {},
    argv: [],
    execArgv: [],
    name: "calculator-boot",
    resourceLimits: { stackSizeMb: 8 },
  });
  worker.unref();
  worker.on("message", (message: BootMessage) => {
    if ("image" in message) booted.resolve(message.image);
    else booted.reject(new Error(message.error));
  });
  worker.on("error", booted.reject);
  worker.on("exit", () => booted.reject(new Error("Python ended before it was ready")));
  return booted.promise;
}
