import { createHash, randomBytes } from "node:crypto";

let sequence = 0;

/** How the ids of each kind begin; files as the OpenAI API writes them. */
const PREFIXES = {
  query: "query_",
  batch: "batch_",
  file: "file-",
  webhook_endpoint: "whe_",
  event: "evt_",
  worker: "worker_",
} as const;
export type IdKind = keyof typeof PREFIXES;

const TIME_LENGTH = 9;

/**
 * A new id such as `query_0mhv3k2a1000f3c9d1e07ab2c`. Ids of one kind sort by creation time:
 * 9 characters of milliseconds, 3 of a per-process sequence (both base 36), then 48 random bits.
 */
export function newId(kind: IdKind): string {
  sequence = (sequence + 1) % 36 ** 3;
  const order = sequence.toString(36).padStart(3, "0");
  return `${PREFIXES[kind]}${timePart(Date.now())}${order}${randomBytes(6).toString("hex")}`;
}

/**
 * An id that follows from another id and a name: the same in every process that makes it. It has the
 * other's time, or the one that is given, and 15 characters (77 bits) of a SHA-256 of both.
 *
 * @param time Unix milliseconds.
 */
export function derivedId(kind: IdKind, from: string, name: string, time = idTime(from)): string {
  const hash = createHash("sha256").update(`${from} ${name}`).digest();
  const digits = hash.readBigUInt64BE(0) * 2n ** 16n + BigInt(hash.readUInt16BE(8));
  return `${PREFIXES[kind]}${timePart(time)}${digits.toString(36).padStart(15, "0").slice(-15)}`;
}

/** When an id was made, in Unix milliseconds. */
export function idTime(id: string): number {
  const start = id.length - ID_LENGTH;
  return Number.parseInt(id.slice(start, start + TIME_LENGTH), 36);
}

const ID_LENGTH = 24;

export function isId(kind: IdKind, text: string): boolean {
  return text.startsWith(PREFIXES[kind]) && /^[0-9a-z]{24}$/.test(text.slice(PREFIXES[kind].length));
}

function timePart(milliseconds: number): string {
  return milliseconds.toString(36).padStart(TIME_LENGTH, "0");
}

/** The id of the job that runs the tool call of one step: the same for every worker that adds it. */
export function toolJobId(queryId: string, step: number): string {
  return `${queryId}-${step}`;
}
