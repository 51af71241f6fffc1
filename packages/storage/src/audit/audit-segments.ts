import { idTime } from "@bullpen/contracts";

/** A folder for each day of UTC. */
export const AUDIT_FOLDER = "audit";
const EXTENSION = ".jsonl";

/** An hour: the events of a segment are at most this much later than its first. */
export const SEGMENT_SPAN_MS = 3_600_000;

/** What the name of a segment says of it. */
export interface Segment {
  readonly key: string;
  /** Who wrote it: segments of one writer follow each other and never overlap. */
  readonly writer: string;
  /** The id of its first event. */
  readonly firstId: string;
}

export function segmentKey({ writer, firstId }: Omit<Segment, "key">): string {
  return `${AUDIT_FOLDER}/${dayOf(idTime(firstId))}/${firstId} ${writer}${EXTENSION}`;
}

/** `undefined` for a name that no segment has. */
export function parseSegment(day: string, name: string): Segment | undefined {
  const [firstId, writer, ...rest] = name.slice(0, -EXTENSION.length).split(" ");
  if (!name.endsWith(EXTENSION) || !firstId || !writer || rest.length > 0) return undefined;
  return { key: `${AUDIT_FOLDER}/${day}/${name}`, writer, firstId };
}

/** `2026-11-28`, in UTC. @param time Unix milliseconds. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
