import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { errorMessage, formatBytes } from "@bullpen/base";
import { InputError } from "./input-error.js";

/** The first bytes of every gzip file (RFC 1952). */
const GZIP = [0x1f, 0x8b] as const;

interface UnpackOptions {
  /** As messages call the file. */
  readonly name: string;
  /** Bytes that it may have unpacked; a gzip file may hold a thousand times its own size. */
  readonly maxBytes: number;
  /** Called once, before the first bytes, if they are packed. */
  readonly onPacked?: () => void;
}

/**
 * The bytes of a source, unpacked where its first bytes are those of gzip, whatever its name says. In constant memory.
 *
 * @throws {InputError} when the gzip data is damaged or cut, or the content is too large.
 */
export async function* unpacked(
  source: AsyncIterable<Uint8Array>,
  { name, maxBytes, onPacked }: UnpackOptions,
): AsyncGenerator<Uint8Array> {
  const { head, rest } = await beginning(source);
  if (isGzip(head)) onPacked?.();
  let bytes = 0;
  for await (const part of isGzip(head) ? gunzipped(rest, name) : rest) {
    bytes += part.byteLength;
    if (bytes > maxBytes) {
      const problem = `It has more than ${formatBytes(maxBytes)} unpacked. Split it into several files.`;
      throw new InputError(name, undefined, problem);
    }
    yield part;
  }
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === GZIP[0] && head[1] === GZIP[1];
}

/** The first bytes of a source, and all of it. */
async function beginning(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; rest: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head = new Uint8Array();
  while (head.byteLength < GZIP.length) {
    const { done, value } = await iterator.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  return { head, rest: joined(head, iterator) };
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.byteLength > 0) yield head;
  yield* { [Symbol.asyncIterator]: () => rest };
}

async function* gunzipped(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  let sourceError: unknown;
  const input = Readable.from(source);
  input.on("error", (error) => {
    sourceError = error;
    gunzip.destroy(error);
  });
  try {
    yield* input.pipe(gunzip);
  } catch (error) {
    if (sourceError !== undefined) throw sourceError;
    const problem = `Its gzip data is damaged or cut off (${errorMessage(error)}). Pack it again: gzip -t checks it.`;
    throw new InputError(name, undefined, problem);
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}
