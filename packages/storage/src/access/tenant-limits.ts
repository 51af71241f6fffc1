import { type AccessLimits, accessLimitsSchema } from "@bullpen/contracts";
import type { Store } from "../store.js";
import { LastKnown } from "./last-known.js";

/** Tenants whose limits are remembered. */
const MAX_REMEMBERED = 10_000;

/** What tenants may use, where it differs from the defaults: an object `tenant-limits/<tenant>.json` each. */
export class TenantLimits {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #known = new Map<string, LastKnown<AccessLimits>>();

  constructor(store: Store, options: { now?: () => number } = {}) {
    this.#store = store;
    this.#now = options.now ?? Date.now;
  }

  /** As it was within the last seconds, or before an outage of the storage. */
  async of(tenant: string): Promise<AccessLimits> {
    const limits =
      this.#known.get(tenant) ?? new LastKnown({ read: () => this.read(tenant), now: this.#now });
    this.#known.delete(tenant); // the map's order is that of the last use
    this.#known.set(tenant, limits);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return limits.get();
  }

  async read(tenant: string): Promise<AccessLimits> {
    const text = await this.#store.readText(keyOf(tenant));
    return text === undefined ? {} : accessLimitsSchema.parse(JSON.parse(text));
  }

  /** Sets limits of a tenant; those that are not named stay. */
  async write(tenant: string, limits: AccessLimits): Promise<AccessLimits> {
    const limited = { ...(await this.read(tenant)), ...limits };
    await this.#store.put(keyOf(tenant), [JSON.stringify(limited)]);
    return limited;
  }
}

function keyOf(tenant: string): string {
  return `tenant-limits/${tenant}.json`;
}
