import type { Readable } from "node:stream";
import { splitLines } from "@bullpen/base";
import type { FileStore } from "../files/file-store.js";
import { StorageError } from "../store.js";
import type { BatchState } from "./batch-state.js";
import type { BatchStore } from "./batch-store.js";
import { readPartHeader, selectLines } from "./part-file.js";

interface Stores {
  readonly batches: BatchStore;
  readonly files: FileStore;
}

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
  stores: Stores,
  state: BatchState,
  after: number,
): AsyncGenerator<Uint8Array> {
  for await (const { line, result } of readEndedLines(stores, state)) {
    if (result && line >= after) yield result;
  }
}

/**
 * The results of a batch whose failed lines are run again in place: what its files hold, and in place of the lines
 * that are run again their new results, up to the first that there is none of yet.
 */
export async function* readRetriedResults(
  stores: Stores,
  state: BatchState,
  after: number,
): AsyncGenerator<Uint8Array> {
  for await (const { line, result } of readRetriedLines(stores, state)) if (line >= after) yield result;
}

/** A result of a batch. */
export interface EndedLine {
  /** Its place in the input, counted from 0. */
  readonly line: number;
  readonly failed: boolean;
  /** With its newline. */
  readonly result: Uint8Array;
}

/**
 * As {@link readRetriedResults}. Where the retry has not ended, its own lines count as not failed. What was in a file
 * that its user has deleted is left out.
 */
export async function* readRetriedLines(stores: Stores, state: BatchState): AsyncGenerator<EndedLine> {
  const retry = state.retry?.batch;
  if (!retry?.plan) return;
  const selected = await stores.batches.readSelectedLines(retry.manifest);
  const fresh = retry.end ? readEndedLines(stores, retry) : readPartLines(stores.batches, retry);
  try {
    for await (const { line, failed, result } of readEndedLines(stores, state, "may_be_deleted")) {
      if (!hasBit(selected, line)) {
        if (result) yield { line, failed, result };
        continue;
      }
      const { done, value } = await fresh.next();
      if (done) return;
      if (value.result) yield { line, failed: value.failed, result: value.result };
    }
  } finally {
    await fresh.return(undefined);
  }
}

async function* readPartLines(batches: BatchStore, state: BatchState): AsyncGenerator<EndedLine> {
  let line = 0;
  for await (const result of readPartResults(batches, state, 0))
    yield { line: line++, failed: false, result };
}

/** @throws {StorageError} `not_found` when one of the files was deleted, unless it may be: its results are missing then. */
async function* readEndedLines(
  stores: Stores,
  { manifest, plan, end, endNumber }: BatchState,
  files: "are_there" | "may_be_deleted" = "are_there",
): AsyncGenerator<Omit<EndedLine, "result"> & { readonly result: Uint8Array | undefined }, undefined> {
  if (!plan || !end) return;
  const streams: Readable[] = [];
  const open = async (id: string | null) => {
    if (id === null) return undefined;
    const record = await stores.files.find(manifest.tenant, id);
    if (!record && files === "may_be_deleted") return undefined;
    if (!record) throw new StorageError("not_found", `the batch's file ${id} is not stored`);
    const stream = await stores.files.read(record);
    streams.push(stream);
    return splitLines(stream);
  };
  try {
    const output = await open(end.output_file_id);
    const errors = await open(end.error_file_id);
    const failures =
      end.error_file_id !== null
        ? await stores.batches.readFailedLines(manifest, endNumber)
        : new Uint8Array();
    for (let line = 0; line < plan.lines; line++) {
      const failed = hasBit(failures, line);
      const next = await (failed ? errors : output)?.next();
      yield { line, failed, result: next?.value || undefined };
    }
  } finally {
    // Not by their generators: one that was never asked for a line leaves its file open.
    for (const stream of streams) stream.destroy();
  }
}

/** Whether the bit of a line is set, counted from 0. */
export function hasBit(bits: Uint8Array, place: number): boolean {
  return (((bits[place >> 3] ?? 0) >> (place & 7)) & 1) === 1;
}

/** Bits of which none is set, a bit a line, and how to set one. */
export function lineBits(lines: number): { readonly bits: Uint8Array; set(line: number): void } {
  const bits = new Uint8Array(Math.ceil(lines / 8));
  const set = (line: number) => {
    bits[line >> 3] = (bits[line >> 3] ?? 0) | (1 << (line & 7));
  };
  return { bits, set };
}

/** A line of a batch that failed. */
export interface FailedLine {
  /** Its place in the input, counted from 1. */
  readonly line: number;
  /** Its result, with the newline. */
  readonly result: Uint8Array;
}

/** The failed lines of a batch so far: of its error file once it has ended, before of its parts, as they are stored. */
export async function* readFailures(stores: Stores, state: BatchState): AsyncGenerator<FailedLine> {
  const { manifest, plan, parts, end, endNumber, retry } = state;
  if (!plan) return;
  if (retry) {
    yield* readRetriedFailures(stores, state, retry.batch);
    return;
  }
  if (end) {
    if (end.error_file_id === null) return;
    const record = await stores.files.find(manifest.tenant, end.error_file_id);
    if (!record) throw new StorageError("not_found", `the batch's file ${end.error_file_id} is not stored`);
    const places = placesIn(await stores.batches.readFailedLines(manifest, endNumber));
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

/** First the failed lines that are not run again, then those that have failed again. */
async function* readRetriedFailures(
  stores: Stores,
  state: BatchState,
  retry: BatchState,
): AsyncGenerator<FailedLine> {
  if (!retry.plan) return;
  const selected = await stores.batches.readSelectedLines(retry.manifest);
  for await (const failure of readFailures(stores, { ...state, retry: undefined })) {
    if (!hasBit(selected, failure.line - 1)) yield failure;
  }
  const places = [...placesIn(selected)];
  for await (const { line, result } of readFailures(stores, retry)) {
    yield { line: places[line - 1] ?? 0, result };
  }
}

/** The places, counted from 1, of the bits that are set. */
function* placesIn(bits: Uint8Array): Generator<number> {
  for (let place = 0; place < bits.length * 8; place++) {
    if (hasBit(bits, place)) yield place + 1;
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
