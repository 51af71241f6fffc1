import { randomBytes } from "node:crypto";
import { backoff, settlesWithin } from "@bullpen/base";
import { type AuditEvent, idTime, newId } from "@bullpen/contracts";
import type { Store } from "../store.js";
import { dayOf, SEGMENT_SPAN_MS, segmentKey } from "./audit-segments.js";

export type NewAuditEvent = Omit<AuditEvent, "id">;

/** What a crash may cost of the log, in milliseconds. The first event after a pause is stored at once. */
const FLUSH_MS = 1_000;

/** Bytes from which a segment is not written again. A small one costs little to rewrite with each flush. */
const FULL_SEGMENT_BYTES = 64 * 1024;

/** Bytes that one segment may have: what came while the storage was away is written in parts. */
const MAX_SEGMENT_BYTES = 2 ** 20;

/** Memory for events that are not stored yet: 100,000 and more of the usual ones. */
const MAX_PENDING_BYTES = 32 * 2 ** 20;

interface OpenSegment {
  readonly key: string;
  readonly startedAt: number;
  readonly lines: string[];
  bytes: number;
  storedBytes: number;
}

export interface AuditLogOptions {
  readonly store: Store;
  /** Told why events could not be stored, once for each outage; they are kept and tried again. */
  readonly onError?: (error: unknown) => void;
  /** Default: 32 MiB. */
  readonly maxPendingBytes?: number;
}

/**
 * The writer of the audit log: events are noted at once and stored a moment later, several together. A segment is an
 * object that grows until it is full: each write holds all of the one before, so a crash loses none that was stored.
 */
export class AuditLog {
  readonly #store: Store;
  readonly #onError: (error: unknown) => void;
  readonly #maxPendingBytes: number;
  readonly #pause = backoff({ firstMs: FLUSH_MS, maxMs: 10_000 });
  /** Those that are not stored whole, and the last one; oldest first. */
  readonly #segments: OpenSegment[] = [];
  #writer = newWriter();
  #lastId = "";
  #pendingBytes = 0;
  #failures = 0;
  #nextAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #active: Promise<void> | undefined;

  constructor({ store, onError = () => {}, maxPendingBytes = MAX_PENDING_BYTES }: AuditLogOptions) {
    this.#store = store;
    this.#onError = onError;
    this.#maxPendingBytes = maxPendingBytes;
  }

  /** Whether so much waits for the storage that nothing should be done that has to be noted. */
  get isFull(): boolean {
    return this.#pendingBytes >= this.#maxPendingBytes;
  }

  /** Notes an event, which is stored within about a second. Never waits, never throws. */
  note(event: NewAuditEvent): AuditEvent {
    const noted = { id: newId("audit_event"), ...event };
    const line = `${JSON.stringify(noted)}\n`;
    const segment = this.#segmentFor(noted.id);
    const bytes = Buffer.byteLength(line);
    segment.lines.push(line);
    segment.bytes += bytes;
    this.#pendingBytes += bytes;
    this.#schedule();
    return noted;
  }

  /** Stores what was noted. @throws {StorageError} when that fails; the events are kept, and tried again. */
  async flush(): Promise<void> {
    await this.#active?.catch(() => {});
    this.#active ??= this.#write().finally(() => {
      this.#active = undefined;
    });
    await this.#active;
  }

  /** Stores the rest. @returns the events, as lines, that could not be stored in time. */
  async close(graceMs: number): Promise<string[]> {
    const end = Date.now() + graceMs;
    while (this.#pendingBytes > 0 && Date.now() < end) {
      const attempt = this.flush().catch(() => new Promise((resolve) => setTimeout(resolve, FLUSH_MS / 4)));
      await settlesWithin(attempt, end - Date.now());
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#segments.flatMap(({ lines, bytes, storedBytes }) => linesFrom(lines, bytes - storedBytes));
  }

  #segmentFor(id: string): OpenSegment {
    const last = this.#segments.at(-1);
    const startedAt = idTime(id);
    // A clock that was set back: the segments of one writer must stay in order.
    const isBack = id < this.#lastId;
    if (isBack) this.#writer = newWriter();
    this.#lastId = id;
    if (last && !isBack && hasRoom(last, startedAt)) return last;
    if (last && last.storedBytes === last.bytes) this.#segments.pop();
    const key = segmentKey({ writer: this.#writer, firstId: id });
    const segment = { key, startedAt, lines: [], bytes: 0, storedBytes: 0 };
    this.#segments.push(segment);
    return segment;
  }

  #schedule(): void {
    if (this.#timer || this.#active) return;
    // An open log keeps no process alive: `close` stores the rest.
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.flush().catch(() => {});
      },
      Math.max(this.#nextAt - Date.now(), 0),
    ).unref();
  }

  async #write(): Promise<void> {
    this.#nextAt = Date.now() + FLUSH_MS;
    try {
      for (const segment of [...this.#segments]) await this.#writeSegment(segment);
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      this.#nextAt = Date.now() + this.#pause(this.#failures);
      if (this.#failures === 1) this.#onError(error);
      throw error;
    } finally {
      if (this.#pendingBytes > 0) queueMicrotask(() => this.#schedule());
    }
  }

  async #writeSegment(segment: OpenSegment): Promise<void> {
    const { bytes, lines } = segment;
    if (segment.storedBytes < bytes) {
      await this.#store.put(segment.key, [lines.join("")]);
      this.#pendingBytes -= bytes - segment.storedBytes;
      segment.storedBytes = bytes;
    }
    const isWhole = segment.storedBytes === segment.bytes;
    if (isWhole && segment !== this.#segments.at(-1))
      this.#segments.splice(this.#segments.indexOf(segment), 1);
  }
}

function hasRoom({ startedAt, bytes, storedBytes }: OpenSegment, time: number): boolean {
  if (time - startedAt >= SEGMENT_SPAN_MS || dayOf(time) !== dayOf(startedAt)) return false;
  // What was never stored costs no more when it is larger.
  return bytes < (storedBytes === 0 ? MAX_SEGMENT_BYTES : FULL_SEGMENT_BYTES);
}

/** The last lines that together have so many bytes. */
function linesFrom(lines: readonly string[], bytes: number): string[] {
  const rest: string[] = [];
  let left = bytes;
  for (let i = lines.length - 1; i >= 0 && left > 0; i--) {
    const line = lines[i] ?? "";
    left -= Buffer.byteLength(line);
    rest.unshift(line.trimEnd());
  }
  return rest;
}

function newWriter(): string {
  return randomBytes(6).toString("hex");
}
