import { setTimeout as sleep } from "node:timers/promises";
import { isTerminal } from "@bullpen/contracts";
import { StartupError } from "@bullpen/runtime";
import type { Batch, BatchClient } from "../api/batch-client.js";
import type { ResultsSink } from "./results-sink.js";

export interface FollowOptions {
  readonly client: BatchClient;
  readonly id: string;
  readonly sink: ResultsSink;
  /** Whether to go on until the batch ends; otherwise what stands now is all. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

const NEWLINE = 0x0a;

/** Times that an ended batch may give nothing before it is given up. */
const MAX_EMPTY_TRIES = 3;
const PAUSE_MS = 500;

/**
 * Brings the result lines of a batch to a sink, in input order, each once, however often the way to the
 * api is cut: it goes on behind the last whole line.
 *
 * @returns the batch as it stood when its results had been taken.
 */
export async function followResults(options: FollowOptions): Promise<Batch> {
  const { client, id, sink, follow } = options;
  await checkResumed(options);
  for (let emptyTries = 0; ; ) {
    const before = sink.lines;
    const isWhole = await takeLines(options);
    const batch = await client.get(id);
    if (isTerminal(batch.status) ? sink.lines >= batch.request_counts.total : isWhole && !follow)
      return batch;
    emptyTries = sink.lines === before && isTerminal(batch.status) ? emptyTries + 1 : 0;
    if (emptyTries < MAX_EMPTY_TRIES) {
      // An api that is told to stop ends what it gives at once.
      if (sink.lines === before) await sleep(PAUSE_MS, undefined, { signal: options.signal });
      continue;
    }
    throw new StartupError(
      `The api gives ${sink.lines} of the ${batch.request_counts.total} result lines of ${id} and then breaks off; its log says why.`,
    );
  }
}

/** Takes what one request gives; `false` when it was cut off. */
async function takeLines({ client, id, sink, follow, signal }: FollowOptions): Promise<boolean> {
  const source = (await client.results(id, sink.lines, follow))[Symbol.asyncIterator]();
  let rest: Uint8Array[] = [];
  for (;;) {
    const part = await nextPart(source, signal);
    if (part === "cut") return false;
    if (part === "end") return true;
    const end = part.lastIndexOf(NEWLINE) + 1;
    rest.push(part.subarray(0, end));
    if (end > 0) {
      const lines = Buffer.concat(rest);
      await sink.write(lines, countLines(lines));
      rest = [];
    }
    rest.push(part.subarray(end));
  }
}

async function nextPart(
  source: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<Uint8Array | "end" | "cut"> {
  try {
    const { done, value } = await source.next();
    return done ? "end" : value;
  } catch {
    signal.throwIfAborted();
    return "cut";
  }
}

/** What goes on from an earlier run must go on from the same batch. */
async function checkResumed({ client, id, sink }: FollowOptions): Promise<void> {
  const { lastLine, lines } = sink;
  if (!lastLine) return;
  const given: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of await client.results(id, lines - 1, false)) {
    given.push(part);
    bytes += part.byteLength;
    if (bytes >= lastLine.byteLength) break;
  }
  if (Buffer.concat(given).subarray(0, lastLine.byteLength).equals(lastLine)) return;
  throw new StartupError(
    `The file does not hold the first results of ${id}: its line ${lines} differs. Name another file.`,
  );
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, end + 1)) count++;
  return count;
}
