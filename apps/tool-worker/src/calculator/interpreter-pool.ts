import { abortable } from "../abortable.js";
import { Interpreter, InterpreterError, type InterpreterOptions } from "./interpreter.js";
import type { ProgramEnd } from "./program-end.js";
import { Slots } from "./slots.js";

export interface InterpreterPoolOptions {
  /** Compiles Python; called again after it has failed. */
  readonly loadModule: () => Promise<WebAssembly.Module>;
  /** Interpreters kept started, besides those that run a program. */
  readonly warm: number;
  /** Programs that run at the same time; more wait their turn. */
  readonly maxConcurrent: number;
  readonly timeoutMs: number;
  readonly maxPrintedBytes: number;
  readonly maxValueCharacters: number;
  /** Default: a new Interpreter. */
  readonly start?: (options: InterpreterOptions) => Interpreter;
}

/**
 * Interpreters started ahead of need. Invariants: an interpreter runs one program and is then stopped,
 * however the program ended; at most `warm + maxConcurrent` threads are alive, plus those being stopped.
 */
export class InterpreterPool {
  readonly #options: InterpreterPoolOptions;
  readonly #slots: Slots;
  readonly #closing = new AbortController();
  readonly #all = new Set<Interpreter>();
  readonly #stopping = new Set<Promise<void>>();
  #warm: Interpreter[] = [];
  #module: Promise<WebAssembly.Module> | undefined;

  /** Starts the first interpreters at once. */
  constructor(options: InterpreterPoolOptions) {
    this.#options = options;
    this.#slots = new Slots(options.maxConcurrent);
    // A failure to load is told to the runs, each of which tries again.
    this.#fill().catch(() => {});
  }

  /**
   * Runs a program (UTF-8 source) in a fresh interpreter; undefined when its time is up. The time starts
   * when the program does. Rejects with the signal's reason, or with an Error of the infrastructure.
   */
  async run(program: Uint8Array, signal: AbortSignal): Promise<ProgramEnd | undefined> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const release = await this.#slots.acquire(either);
    try {
      const interpreter = await this.#take(either);
      try {
        await interpreter.whenReady(either);
        const end = interpreter.run(program, { timeoutMs: this.#options.timeoutMs, signal: either });
        // Only now: starting the successor must not hold up the start of this one.
        this.#fill().catch(() => {});
        return await end;
      } finally {
        this.#retire(interpreter);
      }
    } finally {
      release();
    }
  }

  /** Stops every interpreter; runs in progress are rejected. */
  async close(): Promise<void> {
    this.#closing.abort(new InterpreterError("the calculator is closed"));
    this.#warm = [];
    for (const interpreter of this.#all) this.#retire(interpreter);
    await Promise.all(this.#stopping);
  }

  async #take(signal: AbortSignal): Promise<Interpreter> {
    const module = await abortable(this.#loadModule(), signal);
    this.#warm = this.#warm.filter((interpreter) => interpreter.alive || this.#retire(interpreter));
    return this.#warm.shift() ?? this.#start(module);
  }

  async #fill(): Promise<void> {
    const module = await this.#loadModule();
    while (this.#warm.length < this.#options.warm && !this.#closing.signal.aborted) {
      this.#warm.push(this.#start(module));
    }
  }

  #start(module: WebAssembly.Module): Interpreter {
    const { maxPrintedBytes, maxValueCharacters, start = newInterpreter } = this.#options;
    const interpreter = start({ module, maxPrintedBytes, maxValueCharacters });
    this.#all.add(interpreter);
    return interpreter;
  }

  #loadModule(): Promise<WebAssembly.Module> {
    this.#module ??= this.#options.loadModule().catch((error: unknown) => {
      this.#module = undefined;
      throw error;
    });
    return this.#module;
  }

  /** Stops the interpreter and forgets it. Always false, for use in a filter. */
  #retire(interpreter: Interpreter): false {
    this.#all.delete(interpreter);
    const stopped = interpreter.stop().finally(() => this.#stopping.delete(stopped));
    this.#stopping.add(stopped);
    return false;
  }
}

function newInterpreter(options: InterpreterOptions): Interpreter {
  return new Interpreter(options);
}
