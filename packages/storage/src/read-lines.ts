import { invalidUtf8At } from "@bullpen/contracts";

/** One line of a file, without its end. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Where the line begins, in bytes. */
  readonly start: number;
  /** The text, or why the line cannot be read. A byte order mark at the file's start is skipped. */
  readonly content: { readonly text: string } | LineError;
}

export type LineError =
  | { readonly error: "too_long" }
  /** `byte` is the first one that is not valid, `at` its offset in the file. */
  | { readonly error: "not_utf8"; readonly byte: number; readonly at: number };

export interface ReadLinesOptions {
  /** A longer line is skipped without being held in memory. */
  readonly maxBytes: number;
  /** Number and offset of the first line, when the source begins in the middle of a file. */
  readonly first?: { readonly number: number; readonly start: number };
}

const LF = 0x0a;
const CR = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The lines of a source, ended by LF, CRLF or CR, also mixed, in memory bounded by the longest line. */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  options: ReadLinesOptions,
): AsyncGenerator<Line> {
  let { number, start } = options.first ?? { number: 1, start: 0 };
  const pending = new PendingLine(options.maxBytes);
  let endedByCr = false;
  for await (const bytes of source) {
    const ends = new LineEnds(bytes);
    let from = 0;
    for (;;) {
      if (endedByCr && from < bytes.byteLength) {
        endedByCr = false;
        if (bytes[from] === LF) {
          from++;
          start++;
        }
      }
      const end = ends.next(from);
      if (end < 0) break;
      pending.add(bytes.subarray(from, end));
      yield { number, start, content: pending.take(start) };
      start += pending.takenBytes + 1;
      number++;
      from = end + 1;
      endedByCr = bytes[end] === CR;
    }
    pending.add(bytes.subarray(from));
  }
  if (!pending.isEmpty) yield { number, start, content: pending.take(start) };
}

const NONE = -1;
const UNKNOWN = -2;

/** Where lines end in a piece of a file. Each kind of end is searched ahead, so that all is read once. */
class LineEnds {
  readonly #bytes: Uint8Array;
  #lf = UNKNOWN;
  #cr = UNKNOWN;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The first end at or after `from`, -1 when there is none. */
  next(from: number): number {
    this.#lf = this.#search(LF, this.#lf, from);
    this.#cr = this.#search(CR, this.#cr, from);
    if (this.#lf === NONE || this.#cr === NONE) return Math.max(this.#lf, this.#cr);
    return Math.min(this.#lf, this.#cr);
  }

  #search(end: number, known: number, from: number): number {
    return known === NONE || known >= from ? known : this.#bytes.indexOf(end, from);
  }
}

/** The bytes of a line that has not ended yet; of one that is too long only their number. */
class PendingLine {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #parts: Uint8Array[] = [];
  #bytes = 0;
  takenBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  add(part: Uint8Array): void {
    this.#bytes += part.byteLength;
    if (this.#bytes > this.#maxBytes) this.#parts = [];
    else if (part.byteLength > 0) this.#parts.push(part);
  }

  /** @param start the line's offset in the file. */
  take(start: number): Line["content"] {
    const parts = this.#parts;
    this.takenBytes = this.#bytes;
    this.#parts = [];
    this.#bytes = 0;
    if (this.takenBytes > this.#maxBytes) return { error: "too_long" };
    let bytes: Uint8Array = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const marked = start === 0 && BYTE_ORDER_MARK.equals(bytes.subarray(0, 3));
    if (marked) bytes = bytes.subarray(3);
    try {
      const text = this.#decoder.decode(bytes);
      return { text: text.endsWith("\r") ? text.slice(0, -1) : text };
    } catch {
      const at = invalidUtf8At(bytes) ?? 0;
      return { error: "not_utf8", byte: bytes[at] ?? 0, at: start + (marked ? 3 : 0) + at };
    }
  }
}
