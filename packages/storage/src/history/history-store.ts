import { type HistoryRecord, historyRecordSchema } from "@bullpen/contracts";
import { z } from "zod";
import type { Store } from "../store.js";

export const FOLDER = "history";
const EXTENSION = ".json";
const recordsSchema = z.array(historyRecordSchema);

/**
 * What the server did, minute by minute: an object `history/2026-11-28T17.json` for each hour of UTC, written over each
 * minute while its hour lasts.
 */
export class HistoryStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Writes the minutes of an hour, in their order. @param hour such as `2026-11-28T17`. */
  async write(hour: string, records: readonly HistoryRecord[]): Promise<void> {
    await this.#store.put(`${FOLDER}/${hour}${EXTENSION}`, [JSON.stringify(records)]);
  }

  /** The minutes of an hour; none where nothing was recorded. */
  async read(hour: string): Promise<HistoryRecord[]> {
    const text = await this.#store.readText(`${FOLDER}/${hour}${EXTENSION}`);
    return text === undefined ? [] : recordsSchema.parse(JSON.parse(text));
  }

  /** Removes the hours before one. */
  async removeBefore(hour: string): Promise<void> {
    for (const name of await this.#store.list(FOLDER)) {
      if (name < hour) await this.#store.remove(`${FOLDER}/${name}`);
    }
  }
}
