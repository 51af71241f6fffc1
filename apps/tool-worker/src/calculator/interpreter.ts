import { Worker } from "node:worker_threads";
import { abortable, type Deferred, deferred } from "../abortable.js";
import { CappedBytes } from "./capped-bytes.js";
import type { ProgramEnd } from "./program-end.js";
import type { ThreadInput, ThreadMessage } from "./serve-programs.js";

/** The thread of an interpreter failed, not the program in it: another one may do better. */
export class InterpreterError extends Error {
  override readonly name = "InterpreterError";
}

export interface InterpreterOptions extends Omit<ThreadInput, "printed"> {
  /** Printed text that is kept, in bytes. */
  readonly maxPrintedBytes: number;
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
  readonly #printed: CappedBytes;
  readonly #ready = deferred<void>();
  #end: Deferred<ProgramEnd> | undefined;
  #isReady = false;
  #alive = true;

  constructor({ thread = THREAD, maxPrintedBytes, ...options }: InterpreterOptions) {
    const printed = CappedBytes.store(maxPrintedBytes);
    this.#printed = new CappedBytes(printed);
    const workerData: ThreadInput = { ...options, printed };
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
   * Runs a program (UTF-8 source); one at a time. Rejects with the signal's reason, or with InterpreterError
   * when the thread dies. Then, and when the time is up, the program may still run: the owner stops the
   * interpreter.
   */
  async run(program: Uint8Array, { timeoutMs, signal }: RunOptions): Promise<ProgramEnd> {
    await this.whenReady(signal);
    if (!this.#alive) throw new InterpreterError("the interpreter was stopped");
    const end = deferred<ProgramEnd>();
    const timer = setTimeout(() => end.resolve(this.#cutOff()), timeoutMs);
    this.#end = end;
    this.#worker.ref();
    try {
      this.#worker.postMessage(program);
      return await abortable(end.promise, signal);
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

  /** The end of a program whose time is up. */
  #cutOff(): ProgramEnd {
    return {
      timedOut: true,
      report: undefined,
      printed: this.#printed.text(),
      printedBytes: this.#printed.total,
      trap: undefined,
      stderr: "",
    };
  }

  #fail(message: string): void {
    this.#alive = false;
    const error = new InterpreterError(message);
    this.#ready.reject(error);
    this.#end?.reject(error);
  }
}
