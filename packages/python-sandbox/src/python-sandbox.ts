import { availableParallelism } from "node:os";
import { abortable } from "@bullpen/base";
import { describeOutcome, type ProgramOutcome } from "./describe-outcome.js";
import type { Libraries } from "./libraries/libraries.js";
import type { PythonLibraries } from "./libraries/open-libraries.js";
import { programSource } from "./program-source.js";
import { InterpreterPool, type InterpreterPoolOptions } from "./run/interpreter-pool.js";
import { bootPython, type PythonSnapshot } from "./snapshot/python-snapshot.js";

export interface PythonSandboxOptions {
  /** Interpreters kept ready, besides one for each program that may run. Each holds about 50 MiB. Default 2. */
  readonly spareInterpreters?: number;
  /** Programs that run at the same time; others wait. Default: one per core. */
  readonly maxConcurrent?: number;
  /** Wall time of a program in milliseconds, without the wait for its turn. */
  readonly timeoutMs: number;
  /** Memory of a program's interpreter in MiB, of which CPython takes 36, its stack included. Default 256. */
  readonly memoryMiB?: number;
  /** Bytes of printed text that are kept. Default 16 KiB. */
  readonly maxPrintedBytes?: number;
  /** Characters of the output's text that are kept. Default 8192. */
  readonly maxValueCharacters?: number;
  /** Longest program in bytes. Default 256 KiB. */
  readonly maxProgramBytes?: number;
  /** What programs may import besides the standard library. Default: nothing. `close` closes them. */
  readonly libraries?: PythonLibraries | undefined;
  /** Starts CPython and returns the snapshot from which every interpreter is made. Default: {@link bootPython}. */
  readonly boot?: () => Promise<PythonSnapshot>;
  /** Starts a thread of interpreters. Default: a new Interpreter. */
  readonly startInterpreter?: InterpreterPoolOptions["start"];
}

export interface PythonSandbox {
  /**
   * Runs a program as a model writes it: a Markdown fence around it and the indent of a single line are removed.
   * Whatever the program does is an outcome. Rejects with the signal's reason, or with an Error when no
   * interpreter could run it; then the same program may be tried again.
   */
  run(program: string, signal: AbortSignal): Promise<ProgramOutcome>;
  /** Stops every interpreter. Programs that run or wait are rejected. */
  close(): Promise<void>;
}

const PAGES_PER_MIB = 16;
/** CPython's 36 MiB and the 8 MiB that supervisor.py keeps free, rounded up: below it no program runs. */
const MIN_MEMORY_MIB = 48;

/**
 * Runs Python programs in CPython 3.12 inside WebAssembly, each in a fresh interpreter, with no network, no files
 * of the host, an empty environment, and limits on time, memory and output. See THREAT-MODEL.md.
 *
 * Two additions to CPython, because models count on them: the names of `math` (except `pow`, which stays the
 * builtin) and `math` itself exist without an import; and a program that sets no `output` but ends with an
 * expression, such as `sqrt(512) * 7`, has that expression's value as its output.
 *
 * @throws {RangeError} when `memoryMiB` is too small for CPython.
 */
export function createPythonSandbox(options: PythonSandboxOptions): PythonSandbox {
  const { timeoutMs, memoryMiB = 256, maxProgramBytes = 256 * 1024 } = options;
  if (memoryMiB < MIN_MEMORY_MIB) {
    throw new RangeError(`memoryMiB must be at least ${MIN_MEMORY_MIB}, not ${memoryMiB}`);
  }
  const pool = new InterpreterPool({
    boot: options.boot ?? bootPython,
    spare: options.spareInterpreters ?? 2,
    maxConcurrent: options.maxConcurrent ?? availableParallelism(),
    timeoutMs,
    maxPrintedBytes: options.maxPrintedBytes ?? 16 * 1024,
    maxPages: memoryMiB * PAGES_PER_MIB,
    maxValueCharacters: options.maxValueCharacters ?? 8192,
    ...(options.startInterpreter ? { start: options.startInterpreter } : {}),
  });
  const libraries = new LibraryAccess(options.libraries);
  return {
    run: async (program, signal) => {
      const size = Buffer.byteLength(program);
      if (size > maxProgramBytes) {
        const text = `the program has ${size} bytes; at most ${maxProgramBytes} are allowed. Write a shorter one.`;
        return { text, isError: true };
      }
      const source = programSource(program);
      if (!source)
        return { text: "the program is empty. Store a result in a variable named output.", isError: true };
      const end = await pool.run(Buffer.from(source), signal, await libraries.for(source, signal));
      return describeOutcome(end, { timeoutMs, memoryMiB });
    },
    close: async () => {
      options.libraries?.close();
      await pool.close();
    },
  };
}

/** Gives programs the libraries; those that name one wait until all are compiled. */
class LibraryAccess {
  readonly #opened: PythonLibraries | undefined;
  #ready: Libraries | undefined;

  constructor(opened: PythonLibraries | undefined) {
    this.#opened = opened;
    opened?.ready.then(
      (ready) => {
        this.#ready = ready;
      },
      () => {}, // told to each program that names one
    );
  }

  /** Rejects with the signal's reason, or when a library that the program names cannot be compiled. */
  async for(source: string, signal: AbortSignal): Promise<Libraries | undefined> {
    if (this.#ready || !this.#opened?.names.some((name) => source.includes(name))) return this.#ready;
    return abortable(this.#opened.ready, signal);
  }
}
