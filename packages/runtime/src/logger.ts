import { redactJson, redactValue } from "@bullpen/contracts";
import { type DestinationStream, type Logger, pino } from "pino";
import { prettyLine } from "./pretty-line.js";
import { RepeatedLines } from "./repeated-lines.js";

export type { Logger };

/** pino's level from which on a line tells of a failure. */
const WARN = 40;

/** How lines are written: JSON for programs, `pretty` for people, `auto` pretty where standard error is a terminal. */
export type LogFormat = "auto" | "json" | "pretty";

/**
 * A logger that writes one event a line, without secrets: what is logged is redacted value by value,
 * and once more as the line that it has become. A failure that is the same in every field is written once a minute, and
 * then with `repeated`, how often it came again.
 *
 * @param destination default: standard error, in the form that `format` names.
 */
export function createLogger(
  app: string,
  level: string,
  destination?: DestinationStream,
  { format = "json", repeats = new RepeatedLines() }: { format?: LogFormat; repeats?: RepeatedLines } = {},
): Logger {
  process.once("exit", () => repeats.flush());
  return pino(
    {
      level,
      base: { app, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { bindings: redactFields },
      // Errors have become objects before; pino would take these for errors of an unknown class.
      serializers: { err: (error: unknown) => error },
      hooks: {
        logMethod(args, method, level) {
          const [first, ...rest] = args.map(redactValue);
          // A cast: as many arguments of the same kinds as came in; a bare error became an object by itself.
          const clean = (args[0] instanceof Error ? withError(first, rest) : [first, ...rest]) as typeof args;
          const write = (line: typeof args) => method.apply(this, line);
          if (level < WARN) return write(clean);
          const repeat = (count: number) => write(withCount(clean, count) as typeof args); // a cast: as above
          if (repeats.admits(JSON.stringify([level, this.bindings(), clean]), repeat)) write(clean);
        },
        streamWrite: redactJson,
      },
    },
    destination ?? standardError(format),
  );
}

function standardError(format: LogFormat): DestinationStream {
  const lines = pino.destination({ dest: 2, sync: true });
  const isPretty = format === "pretty" || (format === "auto" && process.stderr.isTTY);
  if (!isPretty) return lines;
  const hasColors = process.stderr.isTTY && process.stderr.hasColors();
  return { write: (line) => void lines.write(prettyLine(line, hasColors)) };
}

/** The same line, with how often it came again. */
function withCount([first, ...rest]: readonly unknown[], repeated: number): unknown[] {
  return typeof first === "object" && first !== null
    ? [{ ...first, repeated }, ...rest]
    : [{ repeated }, first, ...rest];
}

/** What pino itself makes of an error that is logged without an object around it. */
function withError(error: unknown, rest: readonly unknown[]): unknown[] {
  const message =
    typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
  return [{ err: error }, ...(rest.length > 0 ? rest : [message])];
}

function redactFields(bindings: object): object {
  return Object.fromEntries(Object.entries(bindings).map(([name, value]) => [name, redactValue(value)]));
}
