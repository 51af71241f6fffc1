/**
 * How the supervisor (python/supervisor.py) describes the end of a program:
 * - `value`: the text of `output`;
 * - `last`: no `output`, but a last line with a value;
 * - `null`: `output` is None;
 * - `missing`: no `output`;
 * - `exit`: sys.exit with a message or a status other than 0;
 * - `error`: an exception, with a short traceback;
 * - `memory`: a MemoryError; the text is the traceback alone.
 */
const KINDS = ["value", "last", "null", "missing", "exit", "error", "memory"] as const;
type ReportKind = (typeof KINDS)[number];

export interface Report {
  readonly kind: ReportKind;
  /** Characters of the text that were cut off its end. */
  readonly cut: number;
  readonly text: string;
}

/** The end of a program as the host sees it. */
export interface ProgramEnd {
  /** Whether it was still running at its deadline. */
  readonly timedOut: boolean;
  /** Undefined after a timeout, and when the program crashed its interpreter or left through `os._exit`. */
  readonly report: Report | undefined;
  /** The first part of what it printed, and how many bytes it printed altogether. */
  readonly printed: string;
  readonly printedBytes: number;
  /** The WebAssembly trap that stopped it, if one did. */
  readonly trap: string | undefined;
  /** The end of its standard error, without the report. */
  readonly stderr: string;
}

/** Parses a report. Undefined if the text is not one: a program can write anything to any descriptor. */
export function parseReport(text: string): Report | undefined {
  const match = /^ ([a-z]+) (\d{1,15})\n/.exec(text);
  const kind = KINDS.find((known) => known === match?.[1]);
  if (!match || !kind) return undefined;
  return { kind, cut: Number(match[2]), text: text.slice(match[0].length) };
}
