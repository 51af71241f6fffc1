import type { BatchRef } from "@bullpen/storage";

/** The batches that have not ended, as of the last read of storage. */
export class ActiveBatches {
  #batches: readonly BatchRef[] = [];

  get all(): readonly BatchRef[] {
    return this.#batches;
  }

  replace(batches: readonly BatchRef[]): void {
    this.#batches = batches;
  }

  count(tenant: string): number {
    return this.#batches.filter((batch) => batch.tenant === tenant).length;
  }
}
