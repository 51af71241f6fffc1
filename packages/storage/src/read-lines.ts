/** One line of a file, without its end. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Where the line begins, in bytes. */
  readonly start: number;
  /** The text, or why there is none. A byte order mark at the file's start is left out. */
  readonly content: { readonly text: string } | { readonly error: "too_long" | "not_utf8" };
}

export interface ReadLinesOptions {
  /** A longer line is skipped without being held in memory. */
  readonly maxBytes: number;
  /** Number and offset of the first line, when the source begins in the middle of a file. */
  readonly first?: { readonly number: number; readonly start: number };
}

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The lines of a source, ended by LF or CRLF, in memory bounded by the longest line. */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  options: ReadLinesOptions,
): AsyncGenerator<Line> {
  let { number, start } = options.first ?? { number: 1, start: 0 };
  const pending = new PendingLine(options.maxBytes);
  for await (const bytes of source) {
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, from);
      if (end < 0) break;
      pending.add(bytes.subarray(from, end));
      yield { number, start, content: pending.take(start === 0) };
      start += pending.takenBytes + 1;
      number++;
      from = end + 1;
    }
    pending.add(bytes.subarray(from));
  }
  if (!pending.isEmpty) yield { number, start, content: pending.take(start === 0) };
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

  take(isFirst: boolean): Line["content"] {
    const parts = this.#parts;
    this.takenBytes = this.#bytes;
    this.#parts = [];
    this.#bytes = 0;
    if (this.takenBytes > this.#maxBytes) return { error: "too_long" };
    let bytes: Uint8Array = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    if (isFirst && BYTE_ORDER_MARK.equals(bytes.subarray(0, 3))) bytes = bytes.subarray(3);
    try {
      const text = this.#decoder.decode(bytes);
      return { text: text.endsWith("\r") ? text.slice(0, -1) : text };
    } catch {
      return { error: "not_utf8" };
    }
  }
}
