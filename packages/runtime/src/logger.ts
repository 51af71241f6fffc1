import { redactJson, redactValue } from "@bullpen/contracts";
import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/**
 * A logger that writes one JSON object a line, without secrets: what is logged is redacted value by value,
 * and once more as the line that it has become.
 *
 * @param destination default: standard error.
 */
export function createLogger(
  app: string,
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  return pino(
    {
      level,
      base: { app, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { bindings: redactFields },
      // Errors have become objects before; pino would take these for errors of an unknown class.
      serializers: { err: (error: unknown) => error },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args.map(redactValue);
          // A cast: as many arguments of the same kinds as came in; a bare error became an object by itself.
          const clean = (args[0] instanceof Error ? withError(first, rest) : [first, ...rest]) as typeof args;
          method.apply(this, clean);
        },
        streamWrite: redactJson,
      },
    },
    destination,
  );
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
