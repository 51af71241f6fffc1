import { type AuditEvent, auditEventSchema, idTime } from "@bullpen/contracts";
import type { Store } from "../store.js";
import { AUDIT_FOLDER, dayOf, parseSegment, SEGMENT_SPAN_MS, type Segment } from "./audit-segments.js";

/** Which part of the log. Times are Unix milliseconds. */
export interface AuditRange {
  /** Default: as far back as the log goes. */
  readonly since?: number | undefined;
  /** Not included. Default: now. */
  readonly until?: number | undefined;
  /** Only events before the one with this id. */
  readonly before?: string | undefined;
}

const DAY_MS = 86_400_000;

/**
 * The events of all writers, newest first. Segments are read one by one, as far as the caller reads.
 *
 * @param onBroken told of a line that is no event; the others are read.
 */
export async function* readAudit(
  store: Store,
  range: AuditRange,
  onBroken: (line: string) => void = () => {},
): AsyncGenerator<AuditEvent> {
  const bounds = boundsOf(range);
  const days = (await store.listFolders(AUDIT_FOLDER)).reverse();
  for (const day of days) {
    if (day < dayOf(bounds.since) || day > dayOf(bounds.until)) continue;
    const names = await store.list(`${AUDIT_FOLDER}/${day}`);
    const segments = names.map((name) => parseSegment(day, name)).filter((segment) => segment !== undefined);
    yield* mergeWriters(store, segments, bounds, onBroken);
  }
}

/** Removes the days that are older than so many. */
export async function removeOldAudit(store: Store, days: number, now = Date.now()): Promise<void> {
  const oldest = dayOf(now - days * DAY_MS);
  for (const day of await store.listFolders(AUDIT_FOLDER)) {
    if (day < oldest) await store.removeFolder(`${AUDIT_FOLDER}/${day}`);
  }
}

interface Bounds {
  readonly since: number;
  readonly until: number;
  readonly isWanted: (event: AuditEvent) => boolean;
}

/** The last moment that a date can tell. */
const END_OF_TIME = Date.UTC(9_999, 11, 31);

function boundsOf({ since = 0, until = END_OF_TIME, before }: AuditRange): Bounds {
  const end = Math.min(until, before === undefined ? END_OF_TIME : idTime(before) + 1);
  return {
    since,
    until: end,
    isWanted: ({ id }) => idTime(id) >= since && idTime(id) < until && (before === undefined || id < before),
  };
}

/** What is left of one writer's day. */
interface Writer {
  /** Segments that were not read, oldest first. */
  readonly unread: Segment[];
  /** Of the segment that was read last, oldest first. */
  events: AuditEvent[];
  /** No event that is left sorts after this. */
  bound: string;
}

/** Always continues with the writer that may have the newest event, so few segments are read for a page. */
async function* mergeWriters(
  store: Store,
  segments: readonly Segment[],
  bounds: Bounds,
  onBroken: (line: string) => void,
): AsyncGenerator<AuditEvent> {
  let writers = writersOf(segments);
  while (writers.length > 0) {
    const writer = writers.reduce((best, other) => (boundOf(other) > boundOf(best) ? other : best));
    const event = writer.events.pop();
    if (event) {
      yield event;
      continue;
    }
    const segment = writer.unread.pop();
    if (!segment || writer.bound < idBound(bounds.since)) {
      writers = writers.filter((other) => other !== writer);
      continue;
    }
    if (idTime(segment.firstId) < bounds.until)
      writer.events = (await readSegment(store, segment, onBroken)).filter(bounds.isWanted);
    writer.bound = segment.firstId;
  }
}

function boundOf({ events, bound }: Writer): string {
  return events.at(-1)?.id ?? bound;
}

function writersOf(segments: readonly Segment[]): Writer[] {
  const byWriter = new Map<string, Segment[]>();
  for (const segment of [...segments].sort((a, b) => (a.firstId < b.firstId ? -1 : 1)))
    byWriter.set(segment.writer, [...(byWriter.get(segment.writer) ?? []), segment]);
  return [...byWriter.values()].map((unread) => {
    const [newest] = unread.slice(-1);
    return { unread, events: [], bound: idBound(idTime(newest?.firstId ?? "") + SEGMENT_SPAN_MS + 1) };
  });
}

/** Sorts before the ids of a moment and after those of earlier ones. */
function idBound(time: number): string {
  return `audit_${Math.max(time, 0).toString(36).padStart(9, "0")}`;
}

async function readSegment(store: Store, { key }: Segment, onBroken: (line: string) => void) {
  const text = (await store.readText(key)) ?? ""; // its day may have been removed just now
  const events = text.split("\n").flatMap((line) => {
    if (line === "") return [];
    const event = parseEvent(line);
    if (!event) onBroken(line);
    return event ?? [];
  });
  return events.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function parseEvent(line: string): AuditEvent | undefined {
  try {
    return auditEventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
