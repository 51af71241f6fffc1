import { CALCULATOR, type ToolResult, toolFailure } from "@bullpen/contracts";
import { createPythonSandbox, type PythonSandboxOptions } from "@bullpen/python-sandbox";
import type { Tool } from "../../serving/tool.js";
import { withTimeHint } from "./time-hint.js";

/** As for the sandbox. `timeoutMs` defaults to the limit in the tool's definition. */
export type CalculatorOptions = Partial<PythonSandboxOptions>;

/**
 * The Calculator: a tool that runs a Python program in the sandbox and observes its outcome.
 *
 * @throws {RangeError} when `memoryMiB` is too small for CPython.
 */
export function createCalculator(options: CalculatorOptions = {}): Tool {
  const timeoutMs = options.timeoutMs ?? CALCULATOR.timeoutMs;
  const sandbox = createPythonSandbox({ ...options, timeoutMs });
  return {
    definition: { ...CALCULATOR, timeoutMs },
    run: async (program, signal): Promise<ToolResult> => {
      const { text, isError } = await sandbox.run(program, signal);
      return isError ? toolFailure(withTimeHint(text, program)) : { observation: text, is_error: false };
    },
    close: () => sandbox.close(),
  };
}
