/** A record of a CSV text, and the line on which it begins, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * The records of a CSV text (RFC 4180): fields in quotes may hold commas, line breaks and doubled quotes. Blank lines are
 * left out. A quote that is never closed takes the rest of the text.
 */
export function parseCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const begun = line;
    const fields: string[] = [];
    for (;;) {
      const field = readField(text, at);
      fields.push(field.value);
      line += field.lines;
      at = field.end;
      if (text[at] !== ",") break;
      at++;
    }
    if (text[at] === "\r") at++;
    if (text[at] === "\n") at++;
    line++;
    if (fields.length > 1 || fields[0]?.trim() !== "") records.push({ line: begun, fields });
  }
  return records;
}

interface Field {
  readonly value: string;
  /** The index of the comma or line break after it, or the text's length. */
  readonly end: number;
  /** Line breaks within it. */
  readonly lines: number;
}

function readField(text: string, start: number): Field {
  if (text[start] !== '"') {
    const end = nextOf(text, start, /[,\r\n]/g);
    return { value: text.slice(start, end), end, lines: 0 };
  }
  let value = "";
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    const close = quote < 0 ? text.length : quote;
    value += text.slice(at, close);
    if (text[close + 1] !== '"') {
      // What comes between the quote and the comma belongs to no field.
      const end = nextOf(text, Math.min(close + 1, text.length), /[,\r\n]/g);
      return { value, end, lines: value.split("\n").length - 1 };
    }
    value += '"';
    at = close + 2;
  }
}

function nextOf(text: string, from: number, what: RegExp): number {
  what.lastIndex = from;
  return what.exec(text)?.index ?? text.length;
}
