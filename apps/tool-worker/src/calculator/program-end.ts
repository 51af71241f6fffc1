/**
 * How Python's supervisor describes the end of a program (see bootstrap.ts):
 * `value` – an output; `last` – no output, but a last line with a value; `null` – output is None;
 * `missing` – no output; `exit` – sys.exit with a complaint; `error` – an exception, with its short
 * traceback; `memory` – a MemoryError, of which the text is the traceback alone.
 */
const KINDS = ["value", "last", "null", "missing", "exit", "error", "memory"] as const;
export type ReportKind = (typeof KINDS)[number];

export interface Report {
  readonly kind: ReportKind;
  /** Characters of the text that were cut off its end. */
  readonly cut: number;
  readonly text: string;
}

/** What is left of a program. */
export interface ProgramEnd {
  /** Whether it was still running when its time was up. */
  readonly timedOut: boolean;
  /** Missing then, and when the program brought its interpreter down or left through `os._exit`. */
  readonly report: Report | undefined;
  /** The first part of what it printed, and how many bytes it printed in all. */
  readonly printed: string;
  readonly printedBytes: number;
  /** The WebAssembly trap that stopped it, if one did. */
  readonly trap: string | undefined;
  /** The last that went to standard error besides the report. */
  readonly stderr: string;
}

/** Reads a report; undefined where it is not one (a program can write what it likes to any descriptor). */
export function parseReport(text: string): Report | undefined {
  const match = /^ ([a-z]+) (\d{1,15})\n/.exec(text);
  const kind = KINDS.find((known) => known === match?.[1]);
  if (!match || !kind) return undefined;
  return { kind, cut: Number(match[2]), text: text.slice(match[0].length) };
}
