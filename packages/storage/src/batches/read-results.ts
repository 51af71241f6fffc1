import type { Readable } from "node:stream";
import { splitLines } from "@bullpen/base";
import type { FileStore } from "../files/file-store.js";
import { StorageError } from "../store.js";
import type { BatchState, BatchStore } from "./batch-store.js";
import { readPartHeader, selectLines } from "./part-file.js";

/**
 * The results of a running batch that are stored without a gap from the beginning, in input order, failed ones
 * among them, from the chunk that holds line `after` on.
 *
 * @param after lines to leave out, counted from the beginning.
 */
export async function* readPartResults(
  batches: BatchStore,
  { manifest, plan, parts }: BatchState,
  after: number,
): AsyncGenerator<Uint8Array> {
  if (!plan) return;
  const finished = new Set(parts.map((part) => part.index));
  let skip = after;
  for (let index = 0; finished.has(index); index++) {
    const lines = Math.min(plan.chunk_lines, plan.lines - index * plan.chunk_lines);
    if (skip >= lines) {
      skip -= lines;
      continue;
    }
    for await (const line of splitLines(selectLines(await batches.readPart(manifest, index), "all"))) {
      if (skip > 0) skip--;
      else yield line;
    }
  }
}

/** The results of a batch that has ended: output and error file as one, in input order. */
export async function* readFileResults(
  stores: { batches: BatchStore; files: FileStore },
  { manifest, plan, end }: BatchState,
  after: number,
): AsyncGenerator<Uint8Array> {
  if (!plan || !end) return;
  const streams: Readable[] = [];
  const open = async (id: string | null) => {
    if (id === null) return undefined;
    const record = await stores.files.find(manifest.tenant, id);
    if (!record) throw new StorageError("not_found", `the batch's file ${id} is not stored`);
    const stream = await stores.files.read(record);
    streams.push(stream);
    return splitLines(stream);
  };
  const output = await open(end.output_file_id);
  const errors = await open(end.error_file_id);
  const failed = errors ? await stores.batches.readFailedLines(manifest) : new Uint8Array();
  try {
    for (let line = 0; line < plan.lines; line++) {
      const hasFailed = ((failed[line >> 3] ?? 0) >> (line & 7)) & 1;
      const next = await (hasFailed ? errors : output)?.next();
      if (next?.value && line >= after) yield next.value;
    }
  } finally {
    // Not by their generators: one that was never asked for a line leaves its file open.
    for (const stream of streams) stream.destroy();
  }
}

/** A line of a batch that failed. */
export interface FailedLine {
  /** Its place in the input, counted from 1. */
  readonly line: number;
  /** Its result, with the newline. */
  readonly result: Uint8Array;
}

/** The failed lines of a batch so far: of its error file once it has ended, before of its parts, as they are stored. */
export async function* readFailures(
  stores: { batches: BatchStore; files: FileStore },
  { manifest, plan, parts, end }: BatchState,
): AsyncGenerator<FailedLine> {
  if (!plan) return;
  if (end) {
    if (end.error_file_id === null) return;
    const record = await stores.files.find(manifest.tenant, end.error_file_id);
    if (!record) throw new StorageError("not_found", `the batch's file ${end.error_file_id} is not stored`);
    const places = placesIn(await stores.batches.readFailedLines(manifest));
    yield* numbered(splitLines(await stores.files.read(record)), places);
    return;
  }
  for (const { index } of parts.filter(({ failed }) => failed > 0)) {
    const { failed } = await readPartHeader(await stores.batches.readPart(manifest, index));
    const results = selectLines(await stores.batches.readPart(manifest, index), "failed");
    const places = failed.map((place) => index * plan.chunk_lines + place + 1);
    yield* numbered(splitLines(results), places);
  }
}

/** The places, counted from 1, of the bits that are set. */
function* placesIn(bits: Uint8Array): Generator<number> {
  for (let place = 0; place < bits.length * 8; place++) {
    if (((bits[place >> 3] ?? 0) >> (place & 7)) & 1) yield place + 1;
  }
}

/** Each result with its place. */
async function* numbered(
  results: AsyncIterable<Uint8Array>,
  places: Iterable<number>,
): AsyncGenerator<FailedLine> {
  const place = places[Symbol.iterator]();
  for await (const result of results) yield { line: place.next().value ?? 0, result };
}
