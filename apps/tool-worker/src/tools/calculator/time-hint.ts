/** A time or a date as people write it, such as 08:47 or 2026-03-01. */
const WRITTEN_TIME = /\b(?:\d{1,2}:\d{2}|\d{4}-\d{2}-\d{2})\b/;

const HINT =
  "Python has no numbers such as 08:47 or 2026-03-01. Use datetime, for example: from datetime import datetime; datetime(2026, 3, 1, 8, 47).";

/**
 * The failure of a program with a hint where it has a time or a date in place of a number. CPython's own message is about
 * octal numbers then, and models search for that.
 */
export function withTimeHint(failure: string, program: string): string {
  const isSyntax = failure.startsWith("SyntaxError:");
  return isSyntax && WRITTEN_TIME.test(program) ? `${failure}\n${HINT}` : failure;
}
