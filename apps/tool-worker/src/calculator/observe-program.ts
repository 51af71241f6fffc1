import { type ToolResult, toolFailure } from "@bullpen/contracts";
import type { ProgramEnd, Report } from "./program-end.js";

export interface ProgramLimits {
  readonly timeoutMs: number;
  readonly memoryMiB: number;
}

/**
 * What the model is told about a program:
 * - the text of `output`, and under it what was printed, where that is something else;
 * - without an output, what Python's own prompt would show: what was printed, then the last line's value;
 * - with an output of None, what was printed, or "None";
 * - without either, an error that says how to give one;
 * - after an exception, its message with Python's suggestions and, of a program of several lines, the calls
 *   that led to it; then what was printed before it;
 * - when its time was up, that, and what it had printed.
 */
export function observeProgram(end: ProgramEnd, limits: ProgramLimits): ToolResult {
  const { report } = end;
  const printed = printedText(end);
  if (end.timedOut) return toolFailure(withPrinted(describeTimeout(limits), printed));
  if (!report) return toolFailure(withPrinted(describeCrash(end), printed));
  const text = cut(report.text, report.cut, "characters");
  switch (report.kind) {
    case "value":
      return success(withPrinted(text || EMPTY_TEXT, printed === text ? "" : printed));
    case "last":
      return success([printed, text].filter(Boolean).join("\n") || EMPTY_TEXT);
    case "error":
      return toolFailure(withPrinted(text, printed));
    case "memory":
      return toolFailure(withPrinted(describeMemory(report, limits), printed));
    case "exit":
      return toolFailure(withPrinted(`the program left with sys.exit: ${text}`, printed));
    case "null":
      return success(printed || "None");
    case "missing":
      return printed ? success(printed) : toolFailure(NO_OUTPUT);
  }
}

const EMPTY_TEXT = "(an empty text)";

const NO_OUTPUT =
  "the program did not set the variable output and printed nothing. Store the result in a variable named output.";

function describeTimeout({ timeoutMs }: ProgramLimits): string {
  const seconds = timeoutMs / 1000;
  return `the program did not finish within ${seconds} ${seconds === 1 ? "second" : "seconds"}.`;
}

function describeMemory({ text }: Report, { memoryMiB }: ProgramLimits): string {
  const message = `MemoryError: the program needed more than ${memoryMiB} MiB`;
  return text ? `${message}\n${printable(text)}` : message;
}

function describeCrash({ trap, stderr }: ProgramEnd): string {
  if (trap?.includes("call stack size exceeded") || /stack overflow/i.test(stderr)) {
    return "RecursionError: the program nested too deeply.";
  }
  if (trap) return "the program brought the Python interpreter down.";
  return "the program ended the interpreter before its output could be read.";
}

function withPrinted(text: string, printed: string): string {
  return printed ? `${text}\n\nPrinted:\n${printed}` : text;
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
