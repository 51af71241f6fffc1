import { Readable } from "node:stream";
import { MAX_LINE_BYTES } from "@bullpen/contracts";
import { CsvError, type Info, parse } from "csv-parse";
import { InputError } from "./input-error.js";
import type { TextLine } from "./text-lines.js";

const PIECE_LENGTH = 16_384;

export interface CsvRow {
  /** The line on which the row begins. */
  readonly number: number;
  /** By column. */
  readonly record: Readonly<Record<string, string>>;
}

interface CsvOptions {
  readonly name: string;
  /** Called once with the columns of the header and its line, before the first row. */
  readonly onHeader: (columns: readonly string[], line: number) => void;
  /** Default: as the header shows, or a line `sep=` above it, which spreadsheets write and read. */
  readonly delimiter?: string;
}

/**
 * The rows of a CSV file (RFC 4180) under its header, empty rows left out, in constant memory. Spaces
 * around the names of columns do not count.
 *
 * @throws {InputError} that names the line.
 */
export async function* csvRows(
  lines: AsyncIterable<TextLine>,
  { name, onHeader, ...options }: CsvOptions,
): AsyncGenerator<CsvRow> {
  let columns: string[] = [];
  const { start, delimiter, rest } = await beginningOf(lines, options.delimiter);
  const parser = parse({
    delimiter,
    columns: (header: string[]) => {
      columns = header.map((column) => column.trim());
      onHeader(columns, start);
      return columns;
    },
    info: true,
    raw: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    // In characters. An unclosed quote would otherwise read the rest of the file into memory.
    max_record_size: MAX_LINE_BYTES,
  });
  const source = Readable.from(joined(rest));
  source.on("error", (error) => parser.destroy(error));
  try {
    // A cast: the parser's types do not follow its options.
    for await (const row of source.pipe(parser) as AsyncIterable<{
      record: Record<string, string>;
      info: Info;
      raw: string;
    }>) {
      yield { number: start - 1 + row.info.lines - innerNewlines(row.raw), record: row.record };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === "number" ? start - 1 + error.lines : undefined;
    throw new InputError(name, line, problemOf(error, columns.length, delimiter));
  } finally {
    source.destroy();
  }
}

interface Beginning {
  /** The line of the header. */
  readonly start: number;
  readonly delimiter: string;
  /** The lines from the header on. */
  readonly rest: AsyncIterable<TextLine>;
}

/** Finds the header: the first line that is neither blank nor `sep=`. */
async function beginningOf(lines: AsyncIterable<TextLine>, chosen: string | undefined): Promise<Beginning> {
  const iterator = lines[Symbol.asyncIterator]();
  let declared: string | undefined;
  for (;;) {
    const { done, value: line } = await iterator.next();
    if (done) return { start: 1, delimiter: ",", rest: andThen([], iterator) };
    const separator =
      /^sep=(.)$/iu.exec(line.text.trimEnd())?.[1] ?? (line.text === "sep=\t" ? "\t" : undefined);
    if (separator !== undefined && declared === undefined) declared = separator;
    else if (line.text.trim() !== "") {
      const delimiter = chosen ?? declared ?? delimiterOf(line.text);
      return { start: line.number, delimiter, rest: andThen([line], iterator) };
    }
  }
}

async function* andThen(first: readonly TextLine[], rest: AsyncIterator<TextLine>): AsyncGenerator<TextLine> {
  yield* first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

/** The first of comma, tab and semicolon that a header holds outside of quotes; a comma where none. */
function delimiterOf(header: string): string {
  const bare = header.split('"').filter((_, i) => i % 2 === 0);
  return [",", "\t", ";"].find((each) => bare.some((part) => part.includes(each))) ?? ",";
}

/** Joins lines to pieces of a size at which the parser is fast. */
async function* joined(lines: AsyncIterable<TextLine>): AsyncGenerator<string> {
  let piece = "";
  for await (const { text } of lines) {
    piece += `${text}\n`;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}

/** Line breaks within a row: blank lines before it and its own end do not count. */
function innerNewlines(raw: string): number {
  return raw.trim().split("\n").length - 1;
}

function problemOf(error: CsvError, columns: number, delimiter: string): string {
  switch (error.code) {
    case "CSV_RECORD_INCONSISTENT_COLUMNS":
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH": {
      const fields = Array.isArray(error.record) ? error.record.length : "other";
      const separators = { ",": "commas", "\t": "tabs", ";": "semicolons" }[delimiter] ?? delimiter;
      return `The row has ${fields} fields and the header ${columns}. Put a field that holds ${separators} in double quotes.`;
    }
    case "CSV_QUOTE_NOT_CLOSED":
    case "CSV_MAX_RECORD_SIZE":
      return "A double quote that opens a field is never closed. Close it, or double it where it is part of the text.";
    case "INVALID_OPENING_QUOTE":
    case "CSV_INVALID_CLOSING_QUOTE":
      return 'There is a double quote inside a field. Put the whole field in double quotes and double those inside: "say ""hi""".';
    default:
      return `${error.message.replace(/\.?$/, ".")}`;
  }
}
