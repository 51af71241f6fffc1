import { completionWindowSeconds } from "@bullpen/protocol";
import {
  type BatchRef,
  type Controls,
  deadlineOf,
  holdOf,
  type Manifest,
  type NumberedControls,
} from "@bullpen/storage";

/** The last part of its window in which a batch is near its deadline: the last three hours of a day. */
const URGENT_PART = 1 / 8;

/** How many times its weight a batch near its deadline has: of its tenant's share it gets nearly all. */
const URGENT_WEIGHT = 100;

/** The nearest deadline goes first, and others that are near precede those that have time. */
function urgency(urgent: readonly string[], id: string): number {
  const place = urgent.indexOf(id);
  return place < 0 ? 1 : Math.max(URGENT_WEIGHT / 10 ** place, 1);
}

/** A batch that has not ended, as of the last read of storage. */
export interface ActiveBatch {
  readonly manifest: Manifest;
  readonly controls: NumberedControls;
}

/** The batches that have not ended, as of the last read of storage. */
export class ActiveBatches {
  #refs: readonly BatchRef[] = [];
  readonly #batches = new Map<string, ActiveBatch>();

  get all(): readonly BatchRef[] {
    return this.#refs;
  }

  replace(refs: readonly BatchRef[]): void {
    this.#refs = refs;
    const ids = new Set(refs.map(({ id }) => id));
    for (const id of this.#batches.keys()) if (!ids.has(id)) this.#batches.delete(id);
  }

  get(id: string): ActiveBatch | undefined {
    return this.#batches.get(id);
  }

  set(batch: ActiveBatch): void {
    this.#batches.set(batch.manifest.id, batch);
  }

  /**
   * How many shares of one batch's size its tenant has: one of equal priority with two others has a third of the
   * tenant's share, so three. At least 1.
   */
  sharesOf({ id, tenant }: BatchRef, { priority }: Controls): number {
    const urgent = this.urgentOf(tenant);
    const own = priority * urgency(urgent, id);
    let sum = own;
    for (const { manifest, controls } of this.#batches.values()) {
      if (manifest.tenant !== tenant || manifest.id === id || holdOf(controls)) continue;
      sum += controls.priority * urgency(urgent, manifest.id);
    }
    return Math.max(Math.round(sum / own), 1);
  }

  /** The batches of a tenant that are near their deadlines, the nearest first. */
  urgentOf(tenant: string, now = Date.now()): readonly string[] {
    const urgent: { readonly id: string; readonly deadline: number }[] = [];
    for (const { manifest, controls } of this.#batches.values()) {
      if (manifest.tenant !== tenant || holdOf(controls)) continue;
      const deadline = deadlineOf(manifest, controls);
      const window = completionWindowSeconds(manifest.completion_window) * 1_000;
      if (deadline - now < window * URGENT_PART) urgent.push({ id: manifest.id, deadline });
    }
    return urgent.sort((a, b) => a.deadline - b.deadline || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
  }
}
