import { availableParallelism } from "node:os";
import { CALCULATOR, type ToolDefinition, type ToolResult, toolFailure } from "@bullpen/contracts";
import type { Tool } from "../tool.js";
import { InterpreterPool, type InterpreterPoolOptions } from "./interpreter-pool.js";
import { observeProgram } from "./observe-program.js";
import { programSource } from "./program-source.js";
import { bootPython, type PythonImage } from "./python-image.js";

export interface CalculatorOptions {
  /** Interpreters kept started besides one for each program that may run; each holds about 50 MiB. Default 2. */
  readonly spareInterpreters?: number;
  /** Programs that run at the same time; more wait. Default: one per core. */
  readonly maxConcurrent?: number;
  /** Wall time of a program in milliseconds, without the wait for its turn. Default: the definition's. */
  readonly timeoutMs?: number;
  /** Memory of a program's interpreter, of which CPython takes 36 MiB, its stack included. Default 256. */
  readonly memoryMiB?: number;
  /** Printed text that is kept, in bytes. Default 16 KiB. */
  readonly maxPrintedBytes?: number;
  /** Text of the output that is kept, in characters. Default 8192. */
  readonly maxValueCharacters?: number;
  /** Longest program, in bytes. Default 256 KiB. */
  readonly maxProgramBytes?: number;
  /** Starts CPython, from whose image every interpreter is made. Default: {@link bootPython}. */
  readonly boot?: () => Promise<PythonImage>;
  /** What starts a thread of interpreters. Default: a new Interpreter. */
  readonly startInterpreter?: InterpreterPoolOptions["start"];
}

const PAGES_PER_MIB = 16;
const LEAST_MEMORY_MIB = 48;

/**
 * The Calculator: runs a Python program in CPython 3.12 inside WebAssembly, a fresh interpreter a program,
 * with no network, no files of the host, an empty environment, and bounds on time, memory and output.
 *
 * Two kindnesses beyond CPython, because models count on them: the names of `math` (all but `pow`, which
 * stays the builtin) and `math` itself are there without an import, and a program that sets no `output` but
 * ends with an expression, such as `sqrt(512) * 7`, has that expression's value as its output. Everything
 * else is CPython; what the observation says is decided in observe-program.ts.
 *
 * @throws {RangeError} when the memory would not even hold CPython.
 */
export function createCalculator(options: CalculatorOptions = {}): Tool {
  const timeoutMs = options.timeoutMs ?? CALCULATOR.timeoutMs;
  const memoryMiB = options.memoryMiB ?? 256;
  if (memoryMiB < LEAST_MEMORY_MIB) {
    throw new RangeError(`memoryMiB must be at least ${LEAST_MEMORY_MIB}, not ${memoryMiB}`);
  }
  const definition: ToolDefinition = { ...CALCULATOR, timeoutMs };
  const maxProgramBytes = options.maxProgramBytes ?? 256 * 1024;
  const pool = new InterpreterPool({
    loadImage: options.boot ?? bootPython,
    spare: options.spareInterpreters ?? 2,
    maxConcurrent: options.maxConcurrent ?? availableParallelism(),
    timeoutMs,
    maxPrintedBytes: options.maxPrintedBytes ?? 16 * 1024,
    maxPages: memoryMiB * PAGES_PER_MIB,
    maxValueCharacters: options.maxValueCharacters ?? 8192,
    ...(options.startInterpreter ? { start: options.startInterpreter } : {}),
  });

  async function run(input: string, signal: AbortSignal): Promise<ToolResult> {
    if (Buffer.byteLength(input) > maxProgramBytes) {
      return toolFailure(`the program is longer than ${maxProgramBytes} bytes.`);
    }
    const source = programSource(input);
    if (!source) return toolFailure("the program is empty.");
    const limits = { timeoutMs, memoryMiB };
    return observeProgram(await pool.run(Buffer.from(source), signal), limits);
  }

  return { definition, run, close: () => pool.close() };
}
