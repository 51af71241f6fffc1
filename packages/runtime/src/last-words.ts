/** Bytes read of what a process said last. */
export const LAST_WORDS_BYTES = 8_192;

const MAX_LINES = 10;

/** Node's own warnings, which come on standard error too and are nobody's reason to end. */
const NODE_WARNING = /^\(node:\d+\) |^\(Use `node --trace-\w+ \.\.\.` to show/;

/** pino's level of a record after which the process ends. */
const FATAL = 60;

/** The last lines of what a process said that are neither log records nor warnings of Node. */
export function lastWords(said: string): string | undefined {
  const words = said
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("{") && !NODE_WARNING.test(line));
  return words.length > 0 ? words.slice(-MAX_LINES).join("\n") : undefined;
}

/** The message of a process's last log record, when that one is fatal: why the process ended itself. */
export function fatalMessage(said: string): string | undefined {
  const line = said.split("\n").findLast((line) => line.startsWith("{")) ?? "";
  try {
    const record: { level?: unknown; msg?: unknown } = JSON.parse(line);
    return record.level === FATAL && typeof record.msg === "string" ? record.msg : undefined;
  } catch {
    return undefined; // the beginning was cut off
  }
}
