/**
 * Line ends to readers other than JSON's: Python's `splitlines` (and with it `iter_lines` of its HTTP clients),
 * Java's `Scanner`, JavaScript's `readline`. All others are below U+0020, where JSON escapes them itself.
 * Source: Python's documentation of `str.splitlines`; The Unicode Standard, section 5.8.
 */
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

/**
 * A value as JSON that stays one line for every reader. Whoever writes a line of a file or of a stream uses
 * this in place of JSON.stringify, and adds the line end.
 */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(
    LINE_ENDS,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
