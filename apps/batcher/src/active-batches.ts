import { type BatchRef, type Controls, holdOf, type Manifest, type NumberedControls } from "@bullpen/storage";

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
    let sum = priority;
    for (const { manifest, controls } of this.#batches.values()) {
      if (manifest.tenant === tenant && manifest.id !== id && !holdOf(controls)) sum += controls.priority;
    }
    return Math.max(Math.round(sum / priority), 1);
  }
}
