import type { ProgramEnd, Report } from "./run/program-end.js";

/** What a program came to, as a text for the model that wrote it. */
export interface ProgramOutcome {
  readonly text: string;
  readonly isError: boolean;
}

export interface ProgramLimits {
  readonly timeoutMs: number;
  readonly memoryMiB: number;
}

/**
 * Describes the end of a program:
 * - with an output: its text, then what was printed if that is something else;
 * - without an output: what Python's own prompt would show, which is what was printed, then the last line's value;
 * - with an output of None: what was printed, or "None";
 * - with nothing: an error that says how to set an output;
 * - after an exception: its message with Python's suggestions, the calls that led to it if the program has several
 *   lines, then what was printed before;
 * - after a timeout: the time limit, and what was printed until then.
 */
export function describeOutcome(end: ProgramEnd, limits: ProgramLimits): ProgramOutcome {
  const { report } = end;
  const printed = printedText(end);
  if (end.timedOut) return failure(withPrinted(describeTimeout(limits), printed));
  if (!report) return failure(withPrinted(describeCrash(end), printed));
  const text = cut(report.text, report.cut, "characters");
  switch (report.kind) {
    case "value":
      return success(withPrinted(text || EMPTY_TEXT, printed === text ? "" : printed));
    case "last":
      return success([printed, text].filter(Boolean).join("\n") || EMPTY_TEXT);
    case "error":
      return failure(withPrinted(text, printed));
    case "memory":
      return failure(withPrinted(describeMemory(report, limits), printed));
    case "exit":
      return failure(withPrinted(`the program left with sys.exit: ${text}`, printed));
    case "null":
      return success(printed || "None");
    case "missing":
      return printed ? success(printed) : failure(NO_OUTPUT);
  }
}

const EMPTY_TEXT = "(an empty text)";

const NO_OUTPUT =
  "the program did not set the variable output and printed nothing. Store the result in a variable named output.";

function describeTimeout({ timeoutMs }: ProgramLimits): string {
  const seconds = timeoutMs / 1000;
  return `the program did not finish within ${seconds} ${seconds === 1 ? "second" : "seconds"}. Make it do less.`;
}

function describeMemory({ text }: Report, { memoryMiB }: ProgramLimits): string {
  const message = `MemoryError: the program needed more than ${memoryMiB} MiB`;
  return text ? `${message}\n${printable(text)}` : message;
}

function describeCrash({ trap, stderr }: ProgramEnd): string {
  if (trap?.includes("call stack size exceeded") || /stack overflow/i.test(stderr)) {
    return "RecursionError: the program nested too deeply. Use a loop instead of recursion.";
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

function success(text: string): ProgramOutcome {
  return { text, isError: false };
}

function failure(text: string): ProgramOutcome {
  return { text, isError: true };
}

function cut(text: string, missing: number, unit: "bytes" | "characters"): string {
  const shown = printable(text);
  return missing > 0 ? `${shown} … [${missing} more ${unit} cut]` : shown;
}

/** Control characters written as Python writes them (`\x00`): they carry no meaning for a model. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is searched for
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
