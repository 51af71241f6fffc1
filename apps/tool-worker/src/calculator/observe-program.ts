import { type ToolResult, toolFailure } from "@bullpen/contracts";
import type { ProgramEnd, Report } from "./program-end.js";

export interface ProgramLimits {
  readonly timeoutMs: number;
  readonly memoryMiB: number;
}

/**
 * What the model is told about a program that ended on its own:
 * - the text of `output`, alone: printed text is then taken for working notes;
 * - without an output, what Python's own prompt would show: what was printed, then the last line's value;
 * - with an output of None, what was printed, or "None";
 * - without either, or after an exception, an error.
 */
export function observeProgram(end: ProgramEnd, limits: ProgramLimits, lines: number): ToolResult {
  const { report } = end;
  if (!report) return toolFailure(describeCrash(end));
  switch (report.kind) {
    case "value":
      return success(valueText(report));
    case "last":
      return success([printedText(end), valueText(report)].filter(Boolean).join("\n"));
    case "error":
      return toolFailure(describeError(report, limits, lines));
    case "exit":
      return toolFailure(`the program left with sys.exit: ${printable(report.text)}`);
    case "null":
      return success(printedText(end) || "None");
    case "missing": {
      const printed = printedText(end);
      return printed ? success(printed) : toolFailure("the program did not set the variable output.");
    }
  }
}

/** What the model is told when the time was up. */
export function observeTimeout({ timeoutMs }: ProgramLimits): ToolResult {
  const seconds = timeoutMs / 1000;
  return toolFailure(`the program did not finish within ${seconds} ${seconds === 1 ? "second" : "seconds"}.`);
}

function describeError(report: Report, { memoryMiB }: ProgramLimits, lines: number): string {
  const text = valueText(report);
  const what = text === "MemoryError" ? `MemoryError: the program needed more than ${memoryMiB} MiB` : text;
  return report.line > 0 && lines > 1 ? `${what} (line ${report.line})` : what;
}

function describeCrash({ trap, stderr }: ProgramEnd): string {
  if (trap?.includes("call stack size exceeded") || /stack overflow/i.test(stderr)) {
    return "RecursionError: the program nested too deeply.";
  }
  if (trap) return "the program brought the Python interpreter down.";
  return "the program ended the interpreter before its output could be read.";
}

function valueText({ text, cut: missing }: Report): string {
  return cut(text, missing, "characters");
}

function printedText({ printed, printedBytes }: ProgramEnd): string {
  return cut(printed.trimEnd(), printedBytes - Buffer.byteLength(printed), "bytes");
}

function success(observation: string): ToolResult {
  return { observation, is_error: false };
}

function cut(text: string, missing: number, unit: "bytes" | "characters"): string {
  const shown = printable(text);
  return missing > 0 ? `${shown} … [${missing} more ${unit} cut]` : shown;
}

/** Control characters as Python writes them (`\x00`): they carry no meaning for a model. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
