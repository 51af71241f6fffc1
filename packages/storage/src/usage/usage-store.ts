import { type UsageRow, usageRowSchema } from "@bullpen/contracts";
import { z } from "zod";
import type { Store } from "../store.js";

export const FOLDER = "usage";
const EXTENSION = ".json";
const rowsSchema = z.array(usageRowSchema);

/** Days that are read at a time. */
const DAYS_AT_A_TIME = 16;

/**
 * What tenants have used: an object `usage/<tenant>/<day>/<epoch>.json` for each count of a day. A count is written over
 * while it grows. One that begins after a loss of Redis has an object of its own, so a day is the sum of its objects.
 */
export class UsageStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async write(tenant: string, day: string, epoch: string, rows: readonly UsageRow[]): Promise<void> {
    await this.#store.put(`${FOLDER}/${tenant}/${day}/${epoch}${EXTENSION}`, [JSON.stringify(rows)]);
  }

  /** The counts of a day by their epochs. */
  async read(tenant: string, day: string): Promise<Map<string, readonly UsageRow[]>> {
    const folder = `${FOLDER}/${tenant}/${day}`;
    const counts = new Map<string, readonly UsageRow[]>();
    for (const name of await this.#store.list(folder)) {
      const text = await this.#store.readText(`${folder}/${name}`);
      if (text !== undefined)
        counts.set(name.slice(0, -EXTENSION.length), rowsSchema.parse(JSON.parse(text)));
    }
    return counts;
  }

  /** The counts of each day from `first` to `last` that has one, in their order. */
  async readDays(tenant: string, first: string, last: string) {
    const names = await this.#store.listFolders(`${FOLDER}/${tenant}`);
    const days = names.filter((day) => day >= first && day <= last);
    const counts: { readonly day: string; readonly counts: Map<string, readonly UsageRow[]> }[] = [];
    for (let start = 0; start < days.length; start += DAYS_AT_A_TIME) {
      const part = days.slice(start, start + DAYS_AT_A_TIME);
      counts.push(
        ...(await Promise.all(part.map(async (day) => ({ day, counts: await this.read(tenant, day) })))),
      );
    }
    return counts;
  }
}
