import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { batchLineSchema, RESPONSES_ENDPOINT } from "@bullpen/protocol";
import { StartupError } from "@bullpen/runtime";
import { InputError } from "./input-error.js";
import type { Input } from "./open-input.js";
import { readAll } from "./read-all.js";
import { type ReadOptions, type RequestLine, readInput } from "./read-input.js";

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
  const { name, format, path } = input;
  let lines = 0;
  const requests = tapped(readInput(readAll(input, options), { ...options, name, format }), () => lines++);
  const first = await requests.next();
  if (first.done) throw new InputError(name, undefined, "There is no question in it.");
  const endpoint = endpointOf(first.value);
  if (path !== undefined && first.value.isVerbatim) {
    for await (const _ of requests);
    return { path, bytes: (await stat(path)).size, lines, ...endpoint, remove: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), "bullpen-batch-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const converted = join(folder, "input.jsonl");
    await pipeline(alignLines(first.value, requests), createWriteStream(converted));
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

/** Each request on the line that it comes from; blank lines, which the server passes over, fill the gaps. */
async function* alignLines(first: RequestLine, rest: AsyncIterable<RequestLine>): AsyncGenerator<string> {
  let line = 1;
  const place = ({ number, text }: RequestLine) => {
    const blank = "\n".repeat(Math.max(number - line, 0));
    line = Math.max(number, line) + 1;
    return `${blank}${text}\n`;
  };
  yield place(first);
  for await (const request of rest) yield place(request);
}

function hasNoRoom(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

function noRoomFor(name: string): StartupError {
  return new StartupError(
    `There is no room in ${tmpdir()} to convert ${name}. Make some, or name another folder in TMPDIR. Nothing was sent.`,
  );
}
