import { createHash, randomBytes } from "node:crypto";

/** The moment of the last new id, and how many were made in it before. */
const last = { time: 0, sequence: 0 };

/** How the ids of each kind begin; files as the OpenAI API writes them. */
const PREFIXES = {
  query: "query_",
  batch: "batch_",
  file: "file-",
  webhook_endpoint: "whe_",
  event: "evt_",
  worker: "worker_",
  audit_event: "audit_",
} as const;
export type IdKind = keyof typeof PREFIXES;

const TIME_LENGTH = 9;

/** 3 digits of base 36: more ids than a process makes in a millisecond. */
const SEQUENCE_END = 36 ** 3;

/** A clock that is set back by more than this is believed; by less, ids keep their order. */
const CLOCK_STEP_MS = 1_000;

/**
 * A new id such as `query_0mhv3k2a1000f3c9d1e07ab2c`. Ids of one kind that a process makes sort by the order in which
 * it makes them: 9 characters of milliseconds, 3 of a sequence within the millisecond (both base 36), then 48 random
 * bits.
 */
export function newId(kind: IdKind): string {
  const now = Date.now();
  if (now > last.time || now < last.time - CLOCK_STEP_MS) Object.assign(last, { time: now, sequence: 0 });
  else if (++last.sequence === SEQUENCE_END) Object.assign(last, { time: last.time + 1, sequence: 0 });
  return `${PREFIXES[kind]}${timePart(last.time)}${sequencePart(last.sequence)}${randomBytes(6).toString("hex")}`;
}

/**
 * An id that follows from another id and a name: the same in every process that makes it. It has the
 * other's time, or the one that is given, and 15 characters (77 bits) of a SHA-256 of both.
 *
 * @param time Unix milliseconds.
 */
export function derivedId(kind: IdKind, from: string, name: string, time = idTime(from)): string {
  return `${PREFIXES[kind]}${timePart(time)}${digest(from, name, 15)}`;
}

/**
 * The id of one of the things that a request creates: the same each time, with the time of `base`. Those of one base
 * sort by their place, as new ids do.
 *
 * @param place from 0 to 46,655.
 */
export function placedId(kind: IdKind, base: string, place: number): string {
  return `${PREFIXES[kind]}${timePart(idTime(base))}${sequencePart(place)}${digest(base, String(place), 12)}`;
}

/** Base 36 digits, about 5 bits each, of a SHA-256 of both texts. */
function digest(from: string, name: string, length: number): string {
  const hash = createHash("sha256").update(`${from} ${name}`).digest();
  const number = hash.readBigUInt64BE(0) * 2n ** 16n + BigInt(hash.readUInt16BE(8));
  return number.toString(36).padStart(length, "0").slice(-length);
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

function sequencePart(place: number): string {
  return place.toString(36).padStart(3, "0");
}

/** The id of the job that runs the tool call of one step: the same for every worker that adds it. */
export function toolJobId(queryId: string, step: number): string {
  return `${queryId}-${step}`;
}
