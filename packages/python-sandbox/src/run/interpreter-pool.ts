import { abortable, Semaphore } from "@bullpen/base";
import type { Libraries } from "../libraries/libraries.js";
import type { PythonSnapshot } from "../snapshot/python-snapshot.js";
import { Interpreter, InterpreterError, type InterpreterOptions } from "./interpreter.js";
import type { ProgramEnd } from "./program-end.js";

export interface InterpreterPoolOptions {
  /** Starts Python; called again after a failure. */
  readonly boot: () => Promise<PythonSnapshot>;
  /** Threads kept ready, besides one for each program that may run. */
  readonly spare: number;
  /** Programs that run at the same time; others wait. */
  readonly maxConcurrent: number;
  readonly timeoutMs: number;
  /** Maximum memory of an interpreter, in pages of 64 KiB. */
  readonly maxPages: number;
  readonly maxPrintedBytes: number;
  readonly maxValueCharacters: number;
  /** Default: a new Interpreter. */
  readonly start?: (options: InterpreterOptions) => Interpreter;
}

/**
 * Threads that are started ahead of need, each with a fresh interpreter ready. Invariants: a thread whose program
 * timed out or crashed the interpreter is stopped and replaced; at most `maxConcurrent + spare` threads are
 * alive, besides those that are stopping.
 */
export class InterpreterPool {
  readonly #options: InterpreterPoolOptions;
  readonly #slots: Semaphore;
  readonly #closing = new AbortController();
  readonly #all = new Set<Interpreter>();
  readonly #stopping = new Set<Promise<void>>();
  #idle: Interpreter[] = [];
  #snapshot: Promise<PythonSnapshot> | undefined;

  /** Starts the threads at once. */
  constructor(options: InterpreterPoolOptions) {
    this.#options = options;
    this.#slots = new Semaphore(options.maxConcurrent);
    this.#fillSoon();
  }

  /**
   * Runs a program (UTF-8 source) in a fresh interpreter. Its time starts when the program does. Its
   * libraries are what it may import besides the standard library. Rejects with the
   * signal's reason, or with an Error when no interpreter could run it.
   */
  async run(program: Uint8Array, signal: AbortSignal, libraries?: Libraries): Promise<ProgramEnd> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const release = await this.#slots.acquire(either);
    try {
      const interpreter = await this.#take(either);
      let end: ProgramEnd | undefined;
      try {
        end = await interpreter.run(program, {
          timeoutMs: this.#options.timeoutMs,
          signal: either,
          libraries,
        });
      } finally {
        this.#release(interpreter, end);
      }
      return end;
    } finally {
      release();
    }
  }

  /** Stops every thread. Runs in progress reject with InterpreterError. */
  async close(): Promise<void> {
    this.#closing.abort(new InterpreterError("the Python sandbox is closed"));
    this.#idle = [];
    for (const interpreter of this.#all) this.#retire(interpreter);
    await Promise.all(this.#stopping);
  }

  /** Takes the thread that is idle the longest: its next interpreter is the likeliest to be ready. */
  async #take(signal: AbortSignal): Promise<Interpreter> {
    await abortable(this.#fill(), signal);
    signal.throwIfAborted();
    const ready = this.#idle.findIndex((interpreter) => interpreter.ready);
    const [taken] = this.#idle.splice(Math.max(0, ready), 1);
    if (!taken) throw new InterpreterError("unreachable: there are more threads than programs");
    return taken;
  }

  #release(interpreter: Interpreter, end: ProgramEnd | undefined): void {
    const inOrder = end !== undefined && !end.timedOut && end.trap === undefined;
    if (inOrder && interpreter.alive && !this.#closing.signal.aborted) this.#idle.push(interpreter);
    else this.#retire(interpreter);
    this.#fillSoon();
  }

  /** Starts missing threads. A failure is ignored here: each run tries again and reports it. */
  #fillSoon(): void {
    this.#fill().catch(() => {});
  }

  /** Starts threads for those that are gone. */
  async #fill(): Promise<void> {
    const snapshot = await this.#boot();
    this.#idle = this.#idle.filter((interpreter) => interpreter.alive || this.#retire(interpreter));
    const { maxConcurrent, spare, maxPages, maxPrintedBytes, maxValueCharacters } = this.#options;
    const { start = newInterpreter } = this.#options;
    while (this.#all.size < maxConcurrent + spare && !this.#closing.signal.aborted) {
      const interpreter = start({ snapshot, maxPages, maxPrintedBytes, maxValueCharacters });
      this.#all.add(interpreter);
      this.#idle.push(interpreter);
    }
  }

  #boot(): Promise<PythonSnapshot> {
    this.#snapshot ??= this.#options.boot().catch((error: unknown) => {
      this.#snapshot = undefined;
      throw error;
    });
    return this.#snapshot;
  }

  /** Stops the interpreter and forgets it. Returns false, for use in a filter. */
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
