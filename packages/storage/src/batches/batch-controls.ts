import { batchBudgetSchema, batchPrioritySchema, DEFAULT_BATCH_PRIORITY } from "@bullpen/contracts";
import { z } from "zod";
import type { Store } from "../store.js";
import { type BatchRef, folderOf, numbered } from "./batch-keys.js";
import type { Manifest } from "./batch-records.js";

/** What may change while a batch runs. Each change is a record of its own, so that none is lost and none is half. */
const controlsSchema = z.object({
  priority: batchPrioritySchema,
  /** Since when it is paused; `null`: it is not. All times are Unix milliseconds. */
  paused_at: z.number().nullable(),
  /** How long it was paused before, in milliseconds. This time does not count towards its completion window. */
  paused_ms: z.number(),
  /** Tokens that it may use, those of earlier changes included; `null`: as many as it takes. */
  max_total_tokens: batchBudgetSchema.nullable().default(null),
  /** When and by how many tokens its budget was found used; `null`: it was not, or was raised since. */
  exhausted: z.object({ at: z.number(), tokens: z.int() }).nullable().default(null),
  /** When this change was made. */
  at: z.number(),
});
export type Controls = z.output<typeof controlsSchema>;

/** The controls that count, and the number of the change that made them; 0: they are those of the manifest. */
export interface NumberedControls extends Controls {
  readonly number: number;
}

/** Changes of one batch's controls at the same moment are made one after the other, so a few attempts are enough. */
const MAX_ATTEMPTS = 100;

/** The controls of batches: the records `controls-000001.json` and so on, of which the last counts. */
export class BatchControls {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The controls of a batch whose records have these numbers: those before the last are not read. */
  async latest(manifest: Manifest, numbers: readonly number[]): Promise<NumberedControls> {
    const initial = initialControls(manifest);
    const isOwn = controlledBatch(manifest).id === manifest.id;
    if (isOwn && numbers.length === 0) return initial;
    return this.read(manifest, { ...initial, number: isOwn ? (numbers.at(-1) ?? 1) - 1 : 0 });
  }

  /** @param known of an earlier call: only later changes are read. */
  async read(manifest: Manifest, known?: NumberedControls): Promise<NumberedControls> {
    let latest = known ?? initialControls(manifest);
    for (;;) {
      const number = latest.number + 1;
      const text = await this.#store.readText(keyOf(manifest, number));
      if (text === undefined) return latest;
      latest = { ...controlsSchema.parse(JSON.parse(text)), number };
    }
  }

  /**
   * Makes a change. Of several at the same moment each is made to the outcome of the one before.
   *
   * @param change returns the new controls; `undefined` to leave them as they are.
   */
  async change(
    manifest: Manifest,
    change: (controls: Controls) => Controls | undefined,
  ): Promise<NumberedControls> {
    let latest = await this.read(manifest);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { number: _, ...controls } = latest;
      const changed = change(controls);
      if (!changed) return latest;
      const number = latest.number + 1;
      const record = { ...changed, at: Date.now() };
      if (await this.#store.putOnce(keyOf(manifest, number), [JSON.stringify(record)])) {
        return { ...record, number };
      }
      latest = await this.read(manifest, latest);
    }
    throw new Error(`the controls of ${manifest.id} change all the time`);
  }
}

/** Whether nothing of a batch has ever been changed is told by the number 0. */
function initialControls(manifest: Manifest): NumberedControls {
  const { priority = DEFAULT_BATCH_PRIORITY, max_total_tokens = null, created_at } = manifest;
  const unheld = { paused_at: null, paused_ms: 0, exhausted: null };
  return { number: 0, priority, max_total_tokens, ...unheld, at: created_at };
}

/** A retry in place has the controls of its batch: users know no other. */
function controlledBatch({ tenant, id, retry_of }: Manifest): BatchRef {
  return { tenant, id: retry_of?.in_place === undefined ? id : retry_of.batch_id };
}

function keyOf(manifest: Manifest, number: number): string {
  return `${folderOf(controlledBatch(manifest))}/${numbered("controls", number)}`;
}

/** Why no line of a batch may begin. */
export function holdOf({ paused_at, exhausted }: Controls): "paused" | "budget_exhausted" | undefined {
  if (paused_at !== null) return "paused";
  return exhausted === null ? undefined : "budget_exhausted";
}

/** When a batch expires, in Unix milliseconds. One that is paused does not. */
export function deadlineOf({ expires_at }: Manifest, { paused_at, paused_ms }: Controls): number {
  return paused_at === null ? expires_at + paused_ms : Number.POSITIVE_INFINITY;
}
