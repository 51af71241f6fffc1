import type { z } from "zod";
import type { Store } from "../store.js";
import { LastKnown } from "./last-known.js";

export interface TenantRecordsOptions<T> {
  /** Where the records are: an object `<folder>/<tenant>.json` each. */
  readonly folder: string;
  readonly schema: z.ZodType<T>;
  readonly now?: (() => number) | undefined;
}

/** Tenants whose records are remembered. */
const MAX_REMEMBERED = 10_000;

/** A record of some fields for each tenant that has one. A tenant without one has an empty record. */
export class TenantRecords<T extends object> {
  readonly #store: Store;
  readonly #options: TenantRecordsOptions<T>;
  readonly #now: () => number;
  readonly #known = new Map<string, LastKnown<T>>();

  constructor(store: Store, options: TenantRecordsOptions<T>) {
    this.#store = store;
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** As it was within the last seconds, or before an outage of the storage. */
  async of(tenant: string): Promise<T> {
    const record =
      this.#known.get(tenant) ?? new LastKnown({ read: () => this.read(tenant), now: this.#now });
    this.#known.delete(tenant); // the map's order is that of the last use
    this.#known.set(tenant, record);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return record.get();
  }

  async read(tenant: string): Promise<T> {
    const text = await this.#store.readText(this.#keyOf(tenant));
    return this.#options.schema.parse(text === undefined ? {} : JSON.parse(text));
  }

  /** Sets fields of a tenant's record; those that are not named stay. */
  async write(tenant: string, fields: Partial<T>): Promise<T> {
    const changed = { ...(await this.read(tenant)), ...fields };
    await this.#store.put(this.#keyOf(tenant), [JSON.stringify(changed)]);
    return changed;
  }

  #keyOf(tenant: string): string {
    return `${this.#options.folder}/${tenant}.json`;
  }
}
