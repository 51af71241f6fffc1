import { Worker } from "node:worker_threads";
import { deferred } from "@bullpen/base";
import type { MemoryPart } from "./wasm-binary.js";

/**
 * CPython at the moment when it waits for its program: compiled code and a copy of the whole state of an
 * instance. It contains nothing of any program and never changes. Its bytes are in shared memory, so any
 * number of threads can use it.
 */
export interface PythonSnapshot {
  readonly module: WebAssembly.Module;
  /** Size of the memory, in pages of 64 KiB. */
  readonly pages: number;
  /** The parts of the memory that are not zero, in order. */
  readonly parts: readonly MemoryPart[];
  readonly stackPointer: number;
  /** The call that starts a run: a function in the module's table, and its arguments. */
  readonly entry: { readonly tableIndex: number; readonly arguments: readonly number[] };
}

/** The one message of the thread that takes a snapshot. */
export type SnapshotMessage = { readonly snapshot: PythonSnapshot } | { readonly error: string };

const THREAD = new URL("./snapshot-thread.js", import.meta.url);

/** As in the threads that run programs (run/interpreter.ts). */
const STACK_MIB = 8;

/**
 * Starts CPython in a thread of its own (snapshot-thread.ts) and returns a snapshot of it. Takes about a
 * second of one core, because the most used modules are imported then. Rejects when Python does not start.
 */
export async function bootPython(): Promise<PythonSnapshot> {
  const booted = deferred<PythonSnapshot>();
  const worker = new Worker(THREAD, {
    env: {},
    argv: [],
    execArgv: [],
    name: "python-snapshot",
    resourceLimits: { stackSizeMb: STACK_MIB },
  });
  worker.unref();
  worker.on("message", (message: SnapshotMessage) => {
    if ("snapshot" in message) booted.resolve(message.snapshot);
    else booted.reject(new Error(message.error));
  });
  worker.on("error", booted.reject);
  worker.on("exit", () => booted.reject(new Error("Python ended before it was ready")));
  return booted.promise;
}
