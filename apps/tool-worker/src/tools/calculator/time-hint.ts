/** A time or a date as people write it, such as 08:47 or 2026-03-01. */
const WRITTEN_TIME = /\b(?:(\d{1,2}):(\d{2})|(\d{4})-(\d{2})-(\d{2}))\b/g;

/** More of them make the hint longer, not clearer. */
const MAX_SHOWN = 4;

/**
 * The failure of a program with a hint where it has times or dates in place of numbers: how to write each. CPython's own
 * message is about octal numbers then, and models search for that.
 */
export function withTimeHint(failure: string, program: string): string {
  const written = failure.startsWith("SyntaxError:") ? [...program.matchAll(WRITTEN_TIME)] : [];
  if (written.length === 0) return failure;
  const lines = written.slice(0, MAX_SHOWN).map(([text, hours, minutes, year, month, day]) => {
    const value =
      hours === undefined
        ? `date(${[year, month, day].map(Number).join(", ")})`
        : `timedelta(hours=${Number(hours)}, minutes=${Number(minutes)})`;
    return `  ${text} is ${value}`;
  });
  return `${failure}\nPython has no such numbers. After "from datetime import date, timedelta":\n${lines.join("\n")}`;
}
