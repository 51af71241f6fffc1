import { type Logger, pino } from "pino";

export type { Logger };

/** A logger that writes one JSON object a line to standard error. */
export function createLogger(app: string, level: string): Logger {
  return pino(
    { level, base: { app, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
