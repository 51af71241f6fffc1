const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9 ._,=@+~-]*$/;
const MAX_SEGMENT = 200;
const MAX_KEY = 800;

/**
 * Passes a key, or a folder's, that every kind of store takes: at most 800 characters, in segments of 1 to 200
 * between slashes, of letters, digits, spaces and `. _ , = @ + ~ -`, the first one no dot and no space. A key
 * must not be another key's folder.
 *
 * @throws {RangeError} for any other.
 */
export function checkedKey(key: string): string {
  const isKey =
    key.length <= MAX_KEY &&
    key.split("/").every((segment) => segment.length <= MAX_SEGMENT && SEGMENT.test(segment));
  if (!isKey) throw new RangeError(`${JSON.stringify(key.slice(0, MAX_KEY))} cannot be a key in storage.`);
  return key;
}

/** Bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  start?: number;
  end?: number;
}

/** @throws {RangeError} for what is no range. */
export function checkedRange({ start = 0, end }: ByteRange): { start: number; end: number | undefined } {
  for (const edge of [start, end ?? 0]) {
    if (!Number.isSafeInteger(edge) || edge < 0) throw new RangeError(`A range has no edge at ${edge}.`);
  }
  return { start, end };
}

export function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
