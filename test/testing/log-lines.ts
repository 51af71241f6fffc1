import type { Logger } from "@bullpen/runtime";
import { pino } from "pino";

export interface LogLine {
  /** As pino numbers them: 30 is info, 40 a warning. */
  readonly level: number;
  readonly msg: string;
}

/** A logger whose lines a test reads. */
export function collectLogs(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
  return { logger: pino({ level: "debug" }, destination), lines };
}
