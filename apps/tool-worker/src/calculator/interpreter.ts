import { Worker } from "node:worker_threads";
import { abortable, type Deferred, deferred } from "../abortable.js";
import type { ProgramEnd } from "./program-end.js";
import type { ThreadInput, ThreadMessage } from "./serve-programs.js";

/** The thread of an interpreter failed, not the program in it: another one may do better. */
export class InterpreterError extends Error {
  override readonly name = "InterpreterError";
}

export interface InterpreterOptions extends ThreadInput {
  /** The module that the thread runs. Default: interpreter-thread.js. */
  readonly thread?: URL;
}

export interface RunOptions {
  /** Wall time from the moment the interpreter has started, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Room for the JavaScript side of a thread; Python's own memory is bounded by its maximum. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 8 };

const THREAD = new URL("./interpreter-thread.js", import.meta.url);

/**
 * A thread that runs one program after another, each in a CPython of its own: starting → ready ⇄ running →
 * gone. While no program runs it does not keep the process alive.
 */
export class Interpreter {
  readonly #worker: Worker;
  readonly #ready = deferred<void>();
  #end: Deferred<ProgramEnd> | undefined;
  #isReady = false;
  #alive = true;

  constructor({ thread = THREAD, ...input }: InterpreterOptions) {
    const workerData: ThreadInput = input;
    this.#worker = new Worker(thread, {
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
      if (message.type === "end") this.#end?.resolve(message.end);
      else {
        this.#isReady = true;
        this.#ready.resolve();
      }
    });
    this.#worker.on("error", (error) => this.#fail(`an interpreter failed: ${error.message}`));
    this.#worker.on("exit", (code) => this.#fail(`an interpreter ended early (exit code ${code})`));
    // Awaited only if a program comes; until then a failure shows in `alive`.
    this.#ready.promise.catch(() => {});
  }

  /** False once the thread is gone. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Whether it has started and is not gone. */
  get ready(): boolean {
    return this.#isReady && this.#alive;
  }

  /** Resolves when the thread has started; rejects with InterpreterError or the signal's reason. */
  async whenReady(signal: AbortSignal): Promise<void> {
    this.#worker.ref();
    try {
      await abortable(this.#ready.promise, signal);
    } finally {
      this.#worker.unref();
    }
  }

  /**
   * Runs a program (UTF-8 source); one at a time. Resolves to undefined when the time is up. Rejects with the
   * signal's reason, or with InterpreterError when the thread dies. In all three cases the program may still
   * run: the owner stops the interpreter then.
   */
  async run(program: Uint8Array, { timeoutMs, signal }: RunOptions): Promise<ProgramEnd | undefined> {
    await this.whenReady(signal);
    if (!this.#alive) throw new InterpreterError("the interpreter was stopped");
    const end = deferred<ProgramEnd>();
    const timeUp = deferred<undefined>();
    const timer = setTimeout(() => timeUp.resolve(undefined), timeoutMs);
    this.#end = end;
    this.#worker.ref();
    try {
      this.#worker.postMessage(program);
      return await abortable(Promise.race([end.promise, timeUp.promise]), signal);
    } finally {
      clearTimeout(timer);
      this.#end = undefined;
      this.#worker.unref();
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
    this.#end?.reject(error);
  }
}
