import { NO_WORK, type WorkCounts, type WorkerView } from "@bullpen/contracts";
import { addCounts, countsSince } from "./join-records.js";

/** For how long a worker whose heartbeats are missing is remembered, in milliseconds: it may only be late. */
const REMEMBERED_MS = 600_000;
/** By how much the clocks of two hosts may differ, in milliseconds. */
const CLOCKS_MS = 15_000;

/** What workers have done from one reading of their heartbeats to the next. */
export class WorkedSince {
  readonly #known = new Map<string, { readonly counts: WorkCounts; readonly seenAt: number }>();
  #lastAt: number | undefined;

  /**
   * What was done since the last call; nothing at the first. A worker that is new since then counts whole. What one does
   * after its last heartbeat is not known.
   *
   * @param now Unix milliseconds.
   */
  read(workers: readonly WorkerView[], now: number): WorkCounts {
    let sum = NO_WORK;
    for (const { id, counts, started_at: startedAt } of workers) {
      if (!counts) continue;
      const before = this.#known.get(id)?.counts;
      const isNew = this.#lastAt !== undefined && startedAt > this.#lastAt - CLOCKS_MS;
      if (before || isNew) sum = addCounts(sum, countsSince(counts, before ?? NO_WORK));
      this.#known.set(id, { counts, seenAt: now });
    }
    for (const [id, { seenAt }] of this.#known) if (seenAt < now - REMEMBERED_MS) this.#known.delete(id);
    this.#lastAt = now;
    return sum;
  }
}
