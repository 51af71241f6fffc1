import { Worker } from "node:worker_threads";
import { abortable, type Deferred, deferred } from "@bullpen/base";
import type { Libraries } from "../libraries/libraries.js";
import { CappedBytes } from "./capped-bytes.js";
import type { ProgramEnd } from "./program-end.js";
import type { ThreadInput, ThreadMessage, ThreadOrder } from "./serve-programs.js";

/** The interpreter's thread failed, not the program. The same program may succeed in another thread. */
export class InterpreterError extends Error {
  override readonly name = "InterpreterError";
}

export interface InterpreterOptions extends Omit<ThreadInput, "printed"> {
  /** Bytes of printed text that are kept. */
  readonly maxPrintedBytes: number;
  /** The module that the thread runs. Default: interpreter-thread.js. */
  readonly thread?: URL;
}

export interface RunOptions {
  /** Wall time in milliseconds, counted from when the interpreter is ready. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What the program may import besides the standard library; also what later programs may import. */
  readonly libraries?: Libraries | undefined;
}

/**
 * For the JavaScript side of a thread, which holds little; the maximum of Python's own memory is set apart. Twice
 * the default stack, because a deep recursion in Python nests native frames.
 */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 8 };

const THREAD = new URL("./interpreter-thread.js", import.meta.url);

/**
 * A thread that runs programs one at a time, each in a CPython of its own: starting → ready ⇄ running → gone.
 * An idle thread does not keep the process alive.
 */
export class Interpreter {
  readonly #worker: Worker;
  readonly #printed: CappedBytes;
  readonly #ready = deferred<void>();
  #end: Deferred<ProgramEnd> | undefined;
  #libraries: Libraries | undefined;
  #isReady = false;
  #alive = true;

  constructor({ thread = THREAD, maxPrintedBytes, ...options }: InterpreterOptions) {
    const printed = CappedBytes.allocate(maxPrintedBytes);
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
    this.#worker.on("error", (error) => this.#fail(`an interpreter's thread failed: ${error.message}`));
    this.#worker.on("exit", (code) => this.#fail(`an interpreter's thread ended early (exit code ${code})`));
    // Only a program awaits this; until one comes, `alive` tells a failure.
    this.#ready.promise.catch(() => {});
  }

  /** False once the thread is gone or stopping. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Whether it has started and is alive. */
  get ready(): boolean {
    return this.#isReady && this.#alive;
  }

  /** Resolves when the thread has started. Rejects with InterpreterError or the signal's reason. */
  async whenReady(signal: AbortSignal): Promise<void> {
    this.#worker.ref();
    try {
      await abortable(this.#ready.promise, signal);
    } finally {
      this.#worker.unref();
    }
  }

  /**
   * Runs a program (UTF-8 source), one at a time. Rejects with the signal's reason, or with InterpreterError
   * when the thread dies. After a rejection or a timeout the program may still run: the owner must stop the
   * interpreter.
   */
  async run(program: Uint8Array, { timeoutMs, signal, libraries }: RunOptions): Promise<ProgramEnd> {
    await this.whenReady(signal);
    if (!this.#alive) throw new InterpreterError("the interpreter was stopped");
    if (libraries && libraries !== this.#libraries) this.#send({ libraries });
    this.#libraries = libraries ?? this.#libraries;
    const end = deferred<ProgramEnd>();
    const timer = setTimeout(() => end.resolve(this.#timedOut()), timeoutMs);
    this.#end = end;
    this.#worker.ref();
    try {
      this.#send({ program });
      return await abortable(end.promise, signal);
    } finally {
      clearTimeout(timer);
      this.#end = undefined;
      this.#worker.unref();
    }
  }

  #send(order: ThreadOrder): void {
    this.#worker.postMessage(order);
  }

  /** Stops the thread, whatever it does. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#fail("the interpreter was stopped");
    await this.#worker.terminate();
  }

  /** The end of a program whose time is up. */
  #timedOut(): ProgramEnd {
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
