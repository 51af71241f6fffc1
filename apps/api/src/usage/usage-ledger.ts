import { every, settlesWithin } from "@bullpen/base";
import type { UsageRow } from "@bullpen/contracts";
import { dayOf, type UsageCounters, type UsageDay } from "@bullpen/queue";
import type { UsageStore } from "@bullpen/storage";

/** What a loss of Redis may cost of the usage, in milliseconds. */
const STORE_EVERY_MS = 10_000;

/** Days that Redis may still count: workers' clocks differ a little. */
const OPEN_MS = 2 * 86_400_000;

/** For how long what was stored of another count of today is not read again. */
const OTHER_COUNTS_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/** Without Redis a run does not end; another process, or the next start, does the same. */
const STOP_MS = 2_000;

export interface DatedUsage extends UsageRow {
  readonly date: string;
}

/** Usage, as Redis counts it and storage keeps it. */
export class UsageLedger {
  readonly #counters: UsageCounters;
  readonly #store: UsageStore;
  /** What this process has stored of each day. */
  readonly #stored = new Map<string, string>();
  readonly #others = new Map<string, { readonly until: number; readonly rows: readonly UsageRow[] }>();
  #stop: (() => Promise<void>) | undefined;

  constructor(options: { readonly counters: UsageCounters; readonly store: UsageStore }) {
    this.#counters = options.counters;
    this.#store = options.store;
  }

  /** Stores usage from now on, one process of all at a time. */
  start(onError: (error: Error) => void): void {
    const run = async () => {
      if (await this.#counters.claim(STORE_EVERY_MS / 2)) await this.storeAll();
    };
    this.#stop = every(STORE_EVERY_MS, run, { onError });
  }

  async stop(): Promise<void> {
    if (this.#stop) await settlesWithin(this.#stop(), STOP_MS);
  }

  /** Writes what Redis has counted to the storage. */
  async storeAll(): Promise<void> {
    const oldest = dayOf(Date.now() - OPEN_MS);
    for (const day of await this.#counters.days()) {
      const counted = await this.#counters.read(day);
      const name = `${day.tenant} ${day.day}`;
      const text = JSON.stringify(counted);
      if (counted && this.#stored.get(name) !== text) {
        await this.#store.write(day.tenant, day.day, counted.epoch, counted.rows);
        this.#stored.set(name, text);
      }
      if (day.day >= oldest) continue;
      await this.#counters.close(day);
      this.#stored.delete(name);
    }
  }

  /** What a tenant used from a day to another, by day, key and model. */
  async report(tenant: string, first: string, last: string): Promise<DatedUsage[]> {
    const counts = new Map(
      (await this.#store.readDays(tenant, first, last)).map(({ day, counts }) => [day, counts]),
    );
    for (let time = Date.now() - OPEN_MS; time <= Date.now() + 1; time += OPEN_MS / 2) {
      const day = dayOf(time);
      if (day < first || day > last) continue;
      const counted = await this.#counters.read({ tenant, day });
      // In place of what was stored of the same count some seconds ago.
      if (counted) counts.set(day, new Map([...(counts.get(day) ?? []), [counted.epoch, counted.rows]]));
    }
    return [...counts.keys()]
      .sort()
      .flatMap((date) =>
        sumUp([...(counts.get(date)?.values() ?? [])].flat()).map((row) => ({ date, ...row })),
      );
  }

  /** Tokens that a tenant, or one of its keys, used today. */
  async tokensToday(tenant: string, keyId: string | undefined): Promise<number> {
    const today = { tenant, day: dayOf(Date.now()) };
    const counted = await this.#counters.read(today);
    const rows = [...(counted?.rows ?? []), ...(await this.#otherCounts(today, counted?.epoch))];
    return rows
      .filter((row) => keyId === undefined || row.key_id === keyId)
      .reduce((sum, row) => sum + row.input_tokens + row.output_tokens, 0);
  }

  /** What was stored before a loss of Redis. */
  async #otherCounts({ tenant, day }: UsageDay, epoch: string | undefined): Promise<readonly UsageRow[]> {
    const name = `${tenant} ${day} ${epoch}`;
    const known = this.#others.get(name);
    if (known && known.until > Date.now()) return known.rows;
    const counts = [...(await this.#store.read(tenant, day))].filter(([other]) => other !== epoch);
    const rows = counts.flatMap(([, part]) => part);
    if (this.#others.size >= MAX_REMEMBERED) this.#others.clear();
    this.#others.set(name, { until: Date.now() + OTHER_COUNTS_MS, rows });
    return rows;
  }
}

/** One row for each key and model. */
function sumUp(rows: readonly UsageRow[]): UsageRow[] {
  const sums = new Map<string, UsageRow>();
  for (const row of rows) {
    const id = `${row.key_id} ${row.model}`;
    const sum = sums.get(id);
    const add = (name: "queries" | "input_tokens" | "output_tokens") => row[name] + (sum?.[name] ?? 0);
    sums.set(id, {
      key_id: row.key_id,
      model: row.model,
      queries: add("queries"),
      input_tokens: add("input_tokens"),
      output_tokens: add("output_tokens"),
    });
  }
  return [...sums.values()].sort((a, b) => (`${a.key_id} ${a.model}` < `${b.key_id} ${b.model}` ? -1 : 1));
}
