import type { HistoryRecord } from "@bullpen/contracts";
import type { HistoryStore } from "@bullpen/storage";
import { HistoryRecorder, type HistoryRecorderOptions, hourOf } from "./history-recorder.js";

const HOUR_MS = 3_600_000;
/** An hour that ended as long ago as this is not written any more. */
const SETTLED_MS = 5 * 60_000;
/** For how long what another process stores of an hour that lasts is not read again. */
const FRESH_MS = 10_000;
/** A week, and the hours at its ends. */
const MAX_HOURS = 180;
/** Objects that are read side by side: storage in a bucket answers in its own time. */
const AT_ONCE = 16;

interface KnownHour {
  readonly records: readonly HistoryRecord[];
  /** Unix milliseconds. */
  readonly until: number;
}

/** What the server did over time, as one of its processes records it. Hours that are over are read once. */
export class ServerHistory {
  readonly #store: HistoryStore;
  readonly #recorder: HistoryRecorder;
  readonly #hours = new Map<string, KnownHour>();

  constructor(options: HistoryRecorderOptions) {
    this.#store = options.store;
    this.#recorder = new HistoryRecorder(options);
  }

  /** Records from now on, unless another process does. */
  start(onError: (error: Error) => void): void {
    this.#recorder.start(onError);
  }

  /** Ends the recording; another process goes on with it. */
  async stop(): Promise<void> {
    await this.#recorder.stop();
  }

  /** Takes one sample now. @param now Unix milliseconds. */
  async sample(now: number): Promise<void> {
    await this.#recorder.sample(now);
  }

  /** The minutes from one time to another, in their order. Both in Unix milliseconds. */
  async read(from: number, to: number): Promise<HistoryRecord[]> {
    const hours: number[] = [];
    for (let hour = Math.floor(from / HOUR_MS) * HOUR_MS; hour <= to; hour += HOUR_MS) hours.push(hour);
    const records: HistoryRecord[] = [];
    for (let start = 0; start < hours.length; start += AT_ONCE) {
      const some = hours.slice(start, start + AT_ONCE);
      records.push(...(await Promise.all(some.map((hour) => this.#readHour(hour, to)))).flat());
    }
    return records.filter(({ at }) => at * 1_000 >= from && at * 1_000 <= to);
  }

  async #readHour(hour: number, now: number): Promise<readonly HistoryRecord[]> {
    const name = hourOf(hour);
    const own = this.#recorder.pending(name);
    if (own.length > 0) return own;
    const known = this.#hours.get(name);
    if (known && known.until > now) return known.records;
    const records = await this.#store.read(name);
    const isSettled = hour + HOUR_MS + SETTLED_MS < now;
    this.#hours.set(name, { records, until: isSettled ? Number.POSITIVE_INFINITY : now + FRESH_MS });
    const [oldest] = this.#hours.keys();
    if (this.#hours.size > MAX_HOURS && oldest !== undefined) this.#hours.delete(oldest);
    return records;
  }
}
