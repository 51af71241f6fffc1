import { abortable } from "../abortable.js";
import { Interpreter, InterpreterError, type InterpreterOptions } from "./interpreter.js";
import type { ProgramEnd } from "./program-end.js";
import type { PythonImage } from "./python-image.js";
import { Slots } from "./slots.js";

export interface InterpreterPoolOptions {
  /** Boots Python; called again after it has failed. */
  readonly loadImage: () => Promise<PythonImage>;
  /** Threads kept started, besides those that run a program. */
  readonly spare: number;
  /** Programs that run at the same time; more wait their turn. */
  readonly maxConcurrent: number;
  readonly timeoutMs: number;
  /** The most that an interpreter's memory can grow to, in pages of 64 KiB. */
  readonly maxPages: number;
  readonly maxPrintedBytes: number;
  readonly maxValueCharacters: number;
  /** Default: a new Interpreter. */
  readonly start?: (options: InterpreterOptions) => Interpreter;
}

/**
 * Threads started ahead of need, each with a fresh interpreter in store. Invariants: a thread whose program
 * was still running when its time was up, or brought the interpreter down, is stopped and replaced; at most
 * `maxConcurrent + spare` threads are alive, plus those being stopped.
 */
export class InterpreterPool {
  readonly #options: InterpreterPoolOptions;
  readonly #slots: Slots;
  readonly #closing = new AbortController();
  readonly #all = new Set<Interpreter>();
  readonly #stopping = new Set<Promise<void>>();
  #idle: Interpreter[] = [];
  #image: Promise<PythonImage> | undefined;

  /** Starts the threads at once. */
  constructor(options: InterpreterPoolOptions) {
    this.#options = options;
    this.#slots = new Slots(options.maxConcurrent);
    this.#fillSoon();
  }

  /**
   * Runs a program (UTF-8 source) in a fresh interpreter until its time is up. The time starts when the
   * program does. Rejects with the signal's reason, or with an Error of the infrastructure.
   */
  async run(program: Uint8Array, signal: AbortSignal): Promise<ProgramEnd> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const release = await this.#slots.acquire(either);
    try {
      const interpreter = await this.#take(either);
      let end: ProgramEnd | undefined;
      try {
        end = await interpreter.run(program, { timeoutMs: this.#options.timeoutMs, signal: either });
      } finally {
        this.#giveBack(interpreter, end);
      }
      return end;
    } finally {
      release();
    }
  }

  /** Stops every thread; runs in progress are rejected. */
  async close(): Promise<void> {
    this.#closing.abort(new InterpreterError("the calculator is closed"));
    this.#idle = [];
    for (const interpreter of this.#all) this.#retire(interpreter);
    await Promise.all(this.#stopping);
  }

  /** The thread that has been idle the longest, as its next interpreter is the surest to be ready. */
  async #take(signal: AbortSignal): Promise<Interpreter> {
    await abortable(this.#fill(), signal);
    signal.throwIfAborted();
    const ready = this.#idle.findIndex((interpreter) => interpreter.ready);
    const [taken] = this.#idle.splice(Math.max(0, ready), 1);
    if (!taken) throw new InterpreterError("unreachable: there are more threads than programs");
    return taken;
  }

  #giveBack(interpreter: Interpreter, end: ProgramEnd | undefined): void {
    const inOrder = end !== undefined && !end.timedOut && end.trap === undefined;
    if (inOrder && interpreter.alive && !this.#closing.signal.aborted) this.#idle.push(interpreter);
    else this.#retire(interpreter);
    this.#fillSoon();
  }

  /** A failure to boot is told to the runs, each of which tries again. */
  #fillSoon(): void {
    this.#fill().catch(() => {});
  }

  /** Replaces the threads that are gone. */
  async #fill(): Promise<void> {
    const image = await this.#loadImage();
    this.#idle = this.#idle.filter((interpreter) => interpreter.alive || this.#retire(interpreter));
    const { maxConcurrent, spare, maxPages, maxPrintedBytes, maxValueCharacters } = this.#options;
    const { start = newInterpreter } = this.#options;
    while (this.#all.size < maxConcurrent + spare && !this.#closing.signal.aborted) {
      const interpreter = start({ image, maxPages, maxPrintedBytes, maxValueCharacters });
      this.#all.add(interpreter);
      this.#idle.push(interpreter);
    }
  }

  #loadImage(): Promise<PythonImage> {
    this.#image ??= this.#options.loadImage().catch((error: unknown) => {
      this.#image = undefined;
      throw error;
    });
    return this.#image;
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
