import { createWriteStream } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  alignLines,
  InputError,
  type ReadOptions,
  type RequestLine,
  readInput,
  readParquetInput,
  unpacked,
} from "@bullpen/batch-data";
import { batchLineSchema, RESPONSES_ENDPOINT } from "@bullpen/protocol";
import { StartupError } from "@bullpen/runtime";
import type { Input } from "./open-input.js";
import { readAll } from "./read-all.js";

/** What servers take of one file, where their operator does not say otherwise. */
const MAX_UNPACKED_BYTES = 8 * 2 ** 30;

/** A file in the batch form, ready to be uploaded. */
export interface PreparedInput {
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
  /** The endpoint that lines in the batch form name. Default: they are chats. */
  readonly endpoint?: typeof RESPONSES_ENDPOINT;
  /** Removes what was made for it. */
  remove(): Promise<void>;
}

interface PrepareOptions extends Omit<ReadOptions, "name" | "format"> {
  readonly signal: AbortSignal;
  /** Called with the number of bytes read so far. */
  readonly onRead: (bytes: number) => void;
}

/**
 * Checks every line of a file, and converts what is not in the batch form yet to a temporary file. A line
 * keeps its number, so that what the server says about a line is true of the user's file.
 *
 * @throws {StartupError} that names the first bad line.
 */
export async function prepareInput(input: Input, options: PrepareOptions): Promise<PreparedInput> {
  const { name, path } = input;
  let lines = 0;
  const source = new PackedSource(input, options);
  const requests = tapped(source.requests(), () => lines++);
  const first = await requests.next();
  if (first.done) throw new InputError(name, undefined, "There is no question in it.");
  const endpoint = endpointOf(first.value);
  if (path !== undefined && first.value.isVerbatim && !source.isPacked) {
    for await (const _ of requests);
    return { path, bytes: (await stat(path)).size, lines, ...endpoint, remove: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), "bullpen-batch-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const converted = join(folder, "input.jsonl");
    await pipeline(alignLines(andThen(first.value, requests)), createWriteStream(converted));
    return { path: converted, bytes: (await stat(converted)).size, lines, ...endpoint, remove };
  } catch (error) {
    await remove();
    throw hasNoRoom(error) ? noRoomFor(name) : error;
  }
}

/** All lines of a batch have one endpoint: the server says which line has another. */
function endpointOf({ text, isVerbatim }: RequestLine): Pick<PreparedInput, "endpoint"> {
  const line = isVerbatim ? batchLineSchema.safeParse(JSON.parse(text)).data : undefined;
  return line?.url === RESPONSES_ENDPOINT ? { endpoint: RESPONSES_ENDPOINT } : {};
}

async function* tapped<T>(source: AsyncIterable<T>, tap: () => void): AsyncGenerator<T> {
  for await (const value of source) {
    tap();
    yield value;
  }
}

async function* andThen<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

/** Reads the requests of an input, packed or not. */
class PackedSource {
  readonly #input: Input;
  readonly #options: PrepareOptions;
  /** Whether it is packed by gzip; known once its first request is. */
  isPacked = false;

  constructor(input: Input, options: PrepareOptions) {
    this.#input = input;
    this.#options = options;
  }

  async *requests(): AsyncGenerator<RequestLine> {
    const { name, format, path } = this.#input;
    const options = { ...this.#options, name };
    if (format !== "parquet") {
      const bytes = unpacked(readAll(this.#input, options), {
        name,
        maxBytes: MAX_UNPACKED_BYTES,
        onPacked: () => {
          this.isPacked = true;
        },
      });
      yield* readInput(bytes, { ...options, format });
      return;
    }
    const file = await open(path ?? "");
    try {
      const { size } = await file.stat();
      const slice = async (start: number, end: number) => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
        return buffer.subarray(0, bytesRead);
      };
      yield* readParquetInput({ byteLength: size, slice }, options);
    } finally {
      await file.close();
    }
  }
}

function hasNoRoom(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

function noRoomFor(name: string): StartupError {
  return new StartupError(
    `There is no room in ${tmpdir()} to convert ${name}. Make some, or name another folder in TMPDIR. Nothing was sent.`,
  );
}
