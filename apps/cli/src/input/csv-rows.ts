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

export interface CsvOptions {
  readonly name: string;
  /** Called once with the columns of the header, before the first row. */
  readonly onHeader: (columns: readonly string[]) => void;
}

/**
 * The rows of a CSV file (RFC 4180) under its header, empty rows left out, in constant memory. Spaces
 * around the names of columns do not count.
 *
 * @throws {InputError} that names the line.
 */
export async function* csvRows(
  lines: AsyncIterable<TextLine>,
  { name, onHeader }: CsvOptions,
): AsyncGenerator<CsvRow> {
  let columns: string[] = [];
  const parser = parse({
    columns: (header: string[]) => {
      columns = header.map((column) => column.trim());
      onHeader(columns);
      return columns;
    },
    info: true,
    raw: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    // Counted in characters: what an open quote makes of the rest of a file must not fill the memory.
    max_record_size: MAX_LINE_BYTES,
  });
  const source = Readable.from(joined(lines));
  source.on("error", (error) => parser.destroy(error));
  try {
    // The options decide the shape, which the parser's types do not follow.
    for await (const row of source.pipe(parser) as AsyncIterable<{
      record: Record<string, string>;
      info: Info;
      raw: string;
    }>) {
      yield { number: row.info.lines - innerNewlines(row.raw), record: row.record };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === "number" ? error.lines : undefined;
    throw new InputError(name, line, problemOf(error, columns.length));
  } finally {
    source.destroy();
  }
}

/** Lines in pieces of a size at which the parser is fast. */
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

function problemOf(error: CsvError, columns: number): string {
  switch (error.code) {
    case "CSV_RECORD_INCONSISTENT_COLUMNS":
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH": {
      const fields = Array.isArray(error.record) ? error.record.length : "other";
      return `The row has ${fields} fields and the header ${columns}. Put a field that holds commas in double quotes.`;
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
