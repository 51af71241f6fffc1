import { styleText } from "node:util";
import { visibleText } from "@bullpen/base";

/** Names and colours of pino's levels. */
const LEVELS: Readonly<Record<number, readonly [name: string, color: Parameters<typeof styleText>[0]]>> = {
  10: ["trace", "dim"],
  20: ["debug", "dim"],
  30: ["info", "green"],
  40: ["warn", "yellow"],
  50: ["error", "red"],
  60: ["fatal", "red"],
};

/** Fields that have places of their own in a line, or tell nothing on a terminal. */
const PLACED = new Set(["level", "time", "app", "pid", "msg", "err"]);

interface ErrorFields {
  readonly stack?: unknown;
  readonly message?: unknown;
}

/**
 * A log line for people: `08:30:00.123 warn worker  Redis is away  query=query_…`, with an error's stack below. What cannot be
 * read as a log line stays as it is. No control character of a text reaches the terminal.
 */
export function prettyLine(line: string, hasColors: boolean): string {
  const record = parse(line);
  if (!record) return line;
  const { level, time, app, msg, err } = record;
  const [name, color] = LEVELS[Number(level)] ?? [String(level), "reset"];
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    hasColors ? styleText(format, text, { validateStream: false }) : text;
  const fields = Object.entries(record)
    .filter(([key]) => !PLACED.has(key))
    .map(
      ([key, value]) =>
        `${key}=${typeof value === "string" && !/[\s"]/.test(value) ? value : JSON.stringify(value)}`,
    );
  const parts = [
    paint("dim", String(time).slice("2026-11-28T".length, -1)),
    paint(color, name.padEnd(5)),
    String(app),
    visibleText(typeof msg === "string" ? msg : ""),
    paint("dim", visibleText(fields.join(" "))),
  ];
  const below = describeError(err);
  const text = parts.filter((part) => part !== "").join("  ");
  return `${text}${below === undefined ? "" : `\n${indent(visibleText(below))}`}\n`;
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const record: unknown = JSON.parse(line);
    // A cast: an object of JSON has texts for keys.
    return typeof record === "object" && record !== null ? (record as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function describeError(err: unknown): string | undefined {
  if (typeof err !== "object" || err === null) return undefined;
  const { stack, message }: ErrorFields = err;
  return typeof stack === "string" ? stack : typeof message === "string" ? message : JSON.stringify(err);
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
