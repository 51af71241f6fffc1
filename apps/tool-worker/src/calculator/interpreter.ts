import { Worker } from "node:worker_threads";
import { abortable, deferred } from "../abortable.js";
import type { ThreadInput, ThreadMessage } from "./interpreter-thread.js";
import type { ProgramEnd } from "./program-end.js";

/** The thread of an interpreter failed, not the program in it: another one may do better. */
export class InterpreterError extends Error {
  override readonly name = "InterpreterError";
}

export interface InterpreterOptions {
  readonly module: WebAssembly.Module;
  readonly maxPrintedBytes: number;
  readonly maxValueCharacters: number;
}

export interface RunOptions {
  /** Wall time from the moment the interpreter has started, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Room for the JavaScript side of a thread; Python's own memory is bounded by its module. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 8 };

/**
 * One CPython in a thread of its own, good for one program: created → ready (it waits for the program) →
 * running → gone. While it waits it does not keep the process alive.
 */
export class Interpreter {
  readonly #worker: Worker;
  readonly #gate = new Int32Array(new SharedArrayBuffer(4));
  readonly #ready = deferred<void>();
  readonly #end = deferred<ProgramEnd>();
  #alive = true;

  constructor(options: InterpreterOptions) {
    const workerData: ThreadInput = { ...options, gate: this.#gate };
    this.#worker = new Worker(new URL("./interpreter-thread.js", import.meta.url), {
      workerData,
      env: {},
      argv: [],
      execArgv: [],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: RESOURCE_LIMITS,
      name: "calculator",
    });
    this.#worker.unref();
    this.#worker.on("message", (message: ThreadMessage) => {
      if (message.type === "ready") this.#ready.resolve();
      else this.#end.resolve(message.end);
    });
    this.#worker.on("error", (error) => this.#fail(`an interpreter failed: ${error.message}`));
    this.#worker.on("exit", (code) => this.#fail(`an interpreter ended early (exit code ${code})`));
    // Both are awaited only if a program comes; until then a failure shows in `alive`.
    this.#ready.promise.catch(() => {});
    this.#end.promise.catch(() => {});
  }

  /** False once the thread is gone. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Resolves when the interpreter waits for its program; rejects with InterpreterError or the signal's reason. */
  async whenReady(signal: AbortSignal): Promise<void> {
    this.#worker.ref();
    await abortable(this.#ready.promise, signal);
  }

  /**
   * Runs the program (UTF-8 source). Resolves to undefined when the time is up. Rejects with the signal's
   * reason, or with InterpreterError when the thread dies. Either way the owner stops the interpreter then.
   */
  async run(program: Uint8Array, { timeoutMs, signal }: RunOptions): Promise<ProgramEnd | undefined> {
    const timeUp = deferred<undefined>();
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.whenReady(signal);
      timer = setTimeout(() => timeUp.resolve(undefined), timeoutMs);
      this.#worker.postMessage(program);
      Atomics.store(this.#gate, 0, 1);
      Atomics.notify(this.#gate, 0);
      return await abortable(Promise.race([this.#end.promise, timeUp.promise]), signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops the thread, whatever it is doing. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#fail("the interpreter was stopped");
    await this.#worker.terminate();
  }

  #fail(message: string): void {
    this.#alive = false;
    const error = new InterpreterError(message);
    this.#ready.reject(error);
    this.#end.reject(error);
  }
}
