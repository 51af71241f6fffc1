import { every, settlesWithin } from "@bullpen/base";
import type { HistoryRecord } from "@bullpen/contracts";
import type { BacklogReader, SoleRecorder, WorkerRegistry } from "@bullpen/queue";
import type { HistoryStore } from "@bullpen/storage";
import { groupRecords } from "./join-records.js";
import { toRecord } from "./sample-server.js";
import { WorkedSince } from "./worked-since.js";

/** Workers tell twice as often what they do. A sample costs a few commands for each model and tool. */
const SAMPLE_MS = 10_000;
/** A recorder that misses two samples is replaced. */
const CLAIM_MS = 3 * SAMPLE_MS;
/** After a pause as long as this nobody knows how the time was spent, so that it counts as one sample. */
const MAX_GAP_MS = 2 * SAMPLE_MS;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Charts show a week. */
const KEPT_DAYS = 8;
/** A stop does not wait longer for a storage that is away: what is lost is a minute of a chart. */
const STOP_MS = 2_000;

export interface HistoryRecorderOptions {
  readonly backlog: Pick<BacklogReader, "read" | "close">;
  readonly workers: Pick<WorkerRegistry, "list">;
  readonly sole: SoleRecorder;
  readonly store: HistoryStore;
}

/**
 * Records what the server does, minute by minute, to the storage: one api of all does. What happens while no api runs, or
 * Redis is away, is missing.
 */
export class HistoryRecorder {
  readonly #options: HistoryRecorderOptions;
  #recording: Recording | undefined;
  #stop: (() => Promise<void>) | undefined;

  constructor(options: HistoryRecorderOptions) {
    this.#options = options;
  }

  /** Records from now on. */
  start(onError: (error: Error) => void): void {
    this.#stop = every(SAMPLE_MS, () => this.sample(Date.now()), { onError, immediately: true });
  }

  async stop(): Promise<void> {
    await settlesWithin(
      this.#hand().catch(() => {}),
      STOP_MS,
    ); // Redis or the storage is away
    await this.#options.backlog.close();
  }

  /** The minutes of an hour that may not be stored yet; none where this process does not record. */
  pending(hour: string): readonly HistoryRecord[] {
    return this.#recording?.minutes.filter(({ at }) => hourOf(at * 1_000) === hour) ?? [];
  }

  /** Takes one sample, and stores the minutes that are over. @param now Unix milliseconds. */
  async sample(now: number): Promise<void> {
    const { sole, backlog, workers, store } = this.#options;
    if (!(await sole.claim(CLAIM_MS))) {
      this.#recording = undefined; // another process goes on from what is stored
      return;
    }
    const [waiting, list] = await Promise.all([backlog.read(), workers.list()]);
    this.#recording ??= {
      worked: new WorkedSince(),
      minutes: await store.read(hourOf(now)),
      sampledAt: now - SAMPLE_MS,
      storedUntil: minuteOf(now),
    };
    const recording = this.#recording;
    const seconds = Math.min(Math.max(now - recording.sampledAt, 0), MAX_GAP_MS) / 1_000;
    recording.sampledAt = now;
    const counts = recording.worked.read(list, now);
    const record = toRecord({ backlog: waiting, workers: list, counts }, now, seconds);
    recording.minutes = groupRecords([...recording.minutes, record], MINUTE_MS / 1_000);
    if (minuteOf(now) > recording.storedUntil) await this.#store(recording, now);
  }

  /** Stores the minutes since the last time. What a storage that is away does not take is stored later. */
  async #store(recording: Recording, now: number): Promise<void> {
    const { store } = this.#options;
    const isFresh = ({ at }: HistoryRecord) => at * 1_000 >= recording.storedUntil * MINUTE_MS;
    const hours = new Set(recording.minutes.filter(isFresh).map(({ at }) => hourOf(at * 1_000)));
    for (const hour of hours) await store.write(hour, this.pending(hour).map(rounded));
    recording.storedUntil = minuteOf(now);
    const begun = Math.floor(now / HOUR_MS) * HOUR_MS;
    if (recording.minutes.every(({ at }) => at * 1_000 >= begun)) return;
    recording.minutes = recording.minutes.filter(({ at }) => at * 1_000 >= begun);
    await store.removeBefore(hourOf(now - KEPT_DAYS * DAY_MS));
  }

  /** Hands the recording to another process. */
  async #hand(): Promise<void> {
    await this.#stop?.();
    if (!this.#recording) return;
    await this.#store(this.#recording, Date.now());
    await this.#options.sole.release();
  }
}

/** What one process records. */
interface Recording {
  readonly worked: WorkedSince;
  /** Those of the hour that lasts, and earlier ones that are not stored; in their order. */
  minutes: HistoryRecord[];
  /** Unix milliseconds. */
  sampledAt: number;
  /** The first minute that may have changed since it was stored, counted from 1970. */
  storedUntil: number;
}

/** The name of an hour of UTC, such as `2026-11-28T17`. @param time Unix milliseconds. */
export function hourOf(time: number): string {
  return new Date(time).toISOString().slice(0, "2026-11-28T17".length);
}

function minuteOf(time: number): number {
  return Math.floor(time / MINUTE_MS);
}

/** Averages to a thousandth: more digits are stored for nobody. */
function rounded(record: HistoryRecord): HistoryRecord {
  const { gpu_utilization: utilization } = record;
  const round = (value: number) => Math.round(value * 1_000) / 1_000;
  const roundBytes = (bytes: number | null) => (bytes === null ? null : Math.round(bytes));
  return {
    ...record,
    seconds: round(record.seconds),
    queued: round(record.queued),
    running: round(record.running),
    waiting_for_tool: round(record.waiting_for_tool),
    head_wait_seconds: round(record.head_wait_seconds),
    workers: round(record.workers),
    slots: round(record.slots),
    busy_slots: round(record.busy_slots),
    gpu_memory_used_bytes: roundBytes(record.gpu_memory_used_bytes),
    gpu_memory_total_bytes: roundBytes(record.gpu_memory_total_bytes),
    gpu_utilization: utilization === null ? null : round(utilization),
  };
}
