/**
 * What programs may import besides Python's standard library, by key: the name of a module (`sympy.core`) with its kind,
 * one byte, and its marshalled code; a path that starts with a slash (`/dateutil/zoneinfo/x.tar.gz`) with the kind
 * `DATA` and the bytes of that file; `*` with the names that a program imports, as a text.
 *
 * The bytes are in shared memory, so any number of threads can use them. No program can change them: the host copies
 * them into the program's memory (host/wasi-host.ts).
 */
export type Libraries = ReadonlyMap<string, Uint8Array>;

/** The first byte of a value; supervisor.py knows them. */
export const KIND = { module: 1, package: 2, data: 3 } as const;

/** The longest key that can be asked for, in bytes. */
export const MAX_KEY_BYTES = 240;

/** The key of the list of names. */
export const ALL_NAMES = "*";

/** A map whose values are in shared memory. */
export function shared(values: Iterable<readonly [key: string, value: Uint8Array]>): Map<string, Uint8Array> {
  const entries = [...values];
  const memory = new SharedArrayBuffer(entries.reduce((sum, [, value]) => sum + value.length, 0));
  let at = 0;
  return new Map(
    entries.map(([key, value]) => {
      const copy = new Uint8Array(memory, at, value.length);
      copy.set(value);
      at += value.length;
      return [key, copy];
    }),
  );
}
