import { isTerminal } from "@bullpen/contracts/is-terminal";
import type { BatchView } from "@bullpen/protocol";
import { BullpenError } from "./errors.js";
import { pause } from "./http/retry.js";
import type { BatchResult } from "./wire.js";

/** Whole result lines, each with its newline. */
export interface ResultLines {
  readonly bytes: Uint8Array;
  /** How many lines they are. */
  readonly count: number;
}

interface FollowOptions {
  readonly id: string;
  /** Result lines that the caller has already. */
  readonly after: number;
  /** Whether to go on until the batch ends; otherwise the lines available now are all. */
  readonly follow: boolean;
  readonly signal: AbortSignal | undefined;
  /** Asks for the result lines after the first `after`. */
  open(query: {
    readonly after: number;
    readonly follow: boolean;
  }): Promise<AsyncIterable<Uint8Array> | null>;
  getBatch(): Promise<BatchView>;
}

/** The answer of a result line; `undefined` where the line failed, or ended with a call of the caller's own tool. */
export function answerOf({ response }: BatchResult): string | undefined {
  const body = response?.body;
  if (body && "choices" in body) return body.choices[0].message.content ?? undefined;
  const message = body && "output" in body ? body.output.find(({ type }) => type === "message") : undefined;
  return message && "content" in message ? message.content.map(({ text }) => text).join("") : undefined;
}

const NEWLINE = 0x0a;

/** Attempts in a row at which a batch that has ended may give no line: a restart of the API explains one or two. */
const MAX_EMPTY_ATTEMPTS = 3;
/** The pause after an attempt that gave no line, in milliseconds: an API that is told to stop ends at once. */
const EMPTY_PAUSE_MS = 500;

/**
 * The result lines of a batch in input order, each once: after a break it goes on after the last whole line.
 *
 * @returns the batch as it was when its last line had come.
 * @throws {BullpenError} also when a batch that has ended keeps back lines.
 */
export async function* followResults(options: FollowOptions): AsyncGenerator<ResultLines, BatchView> {
  const { id, follow, signal } = options;
  let taken = options.after;
  for (let emptyAttempts = 0; ; ) {
    const before = taken;
    const lines = wholeLines((await options.open({ after: taken, follow })) ?? noBytes(), signal);
    let step = await lines.next();
    for (; !step.done; step = await lines.next()) {
      taken += step.value.count;
      yield step.value;
    }
    const isWhole = step.value;
    const batch = await options.getBatch();
    const hasEnded = isTerminal(batch.status);
    if (hasEnded ? taken >= batch.request_counts.total : isWhole && !follow) return batch;
    emptyAttempts = taken === before && hasEnded ? emptyAttempts + 1 : 0;
    if (emptyAttempts === MAX_EMPTY_ATTEMPTS) {
      throw new BullpenError(
        `The api gives ${taken} of the ${batch.request_counts.total} result lines of ${id} and then breaks off; its log says why.`,
      );
    }
    if (taken === before) await pause(EMPTY_PAUSE_MS, signal);
  }
}

/** The whole lines of what one request gives. @returns whether it came to its end, rather than being cut off. */
async function* wholeLines(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ResultLines, boolean> {
  const source = body[Symbol.asyncIterator]();
  let rest: Uint8Array[] = [];
  try {
    for (;;) {
      const part = await nextPart(source, signal);
      if (part === "cut") return false;
      if (part === "end") return true;
      const end = part.lastIndexOf(NEWLINE) + 1;
      rest.push(part.subarray(0, end));
      if (end > 0) {
        const bytes = joined(rest);
        yield { bytes, count: countLines(bytes) };
        rest = [];
      }
      rest.push(part.subarray(end));
    }
  } finally {
    await source.return?.();
  }
}

async function nextPart(
  source: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | "end" | "cut"> {
  try {
    const { done, value } = await source.next();
    return done ? "end" : value;
  } catch {
    signal?.throwIfAborted();
    return "cut";
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, end + 1)) count++;
  return count;
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
