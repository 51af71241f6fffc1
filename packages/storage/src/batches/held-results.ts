import { batchUsageSchema, jsonLine } from "@bullpen/contracts";
import { z } from "zod";
import type { Store } from "../store.js";
import { type BatchRef, folderOf } from "./batch-keys.js";
import { partName } from "./batch-records.js";
import type { ResultLine } from "./part-file.js";

const heldLineSchema = z.object({
  /** Its place in its chunk, counted from 0. */
  position: z.int(),
  text: z.string(),
  failed: z.boolean(),
  usage: batchUsageSchema,
});

/**
 * Results of lines whose chunk has not ended, kept while their batch is held: Redis forgets what has waited for long.
 * Each object `held/000017-000002-4711` has all results of chunk 17 until the batch was held by change 2 of its
 * controls; they have cost 4,711 tokens.
 */
export class HeldResults {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Writes the results of a chunk's lines by their positions, once for each change of the controls. */
  async write(
    batch: BatchRef,
    chunk: { readonly index: number; readonly change: number },
    results: ReadonlyMap<number, ResultLine>,
  ): Promise<void> {
    const lines = [...results].map(([position, result]) => `${jsonLine({ position, ...result })}\n`);
    const usages = [...results.values()].map(({ usage }) => usage.input_tokens + usage.output_tokens);
    const tokens = usages.reduce((sum, used) => sum + used, 0);
    const name = `${partName(chunk.index)}-${partName(chunk.change)}-${tokens}`;
    await this.#store.putOnce(`${heldFolder(batch)}/${name}`, lines);
  }

  /** The results of a chunk's lines that were kept, by their positions. */
  async read(batch: BatchRef, index: number): Promise<Map<number, ResultLine>> {
    const names = await this.#store.list(heldFolder(batch));
    const name = names.findLast((other) => other.startsWith(`${partName(index)}-`));
    const text = name === undefined ? undefined : await this.#store.readText(`${heldFolder(batch)}/${name}`);
    const lines = (text ?? "").split("\n").filter((line) => line !== "");
    return new Map(
      lines.map((line) => {
        const { position, ...result } = heldLineSchema.parse(JSON.parse(line));
        return [position, result];
      }),
    );
  }

  /** What the results that are kept have cost, by their chunks: for each the latest. */
  async tokens(batch: BatchRef): Promise<Map<number, { readonly change: number; readonly tokens: number }>> {
    const names = await this.#store.list(heldFolder(batch));
    return new Map(
      names.map((name) => {
        const [index = 0, change = 0, tokens = 0] = name.split("-").map(Number);
        return [index, { change, tokens }];
      }),
    );
  }

  async clear(batch: BatchRef): Promise<void> {
    await this.#store.removeFolder(heldFolder(batch));
  }
}

function heldFolder(batch: BatchRef): string {
  return `${folderOf(batch)}/held`;
}
