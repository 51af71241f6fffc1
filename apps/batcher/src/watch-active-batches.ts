import { every } from "@bullpen/base";
import { chunkJobId, idTime } from "@bullpen/contracts";
import type { BatchRef } from "@bullpen/storage";
import type { ActiveBatches } from "./active-batches.js";
import type { BatchContext } from "./batch-context.js";
import { laneHeads } from "./plan-chunks.js";

/** An api that dies while it makes a batch leaves an input without a manifest. No client was told of it. */
const ABANDONED_MS = 3_600_000;

/**
 * Checks the batches that have not ended at an interval: delivers those that Redis does not know (it was wiped,
 * or the api died before it could), halts those past their deadline, and ends the queries of halted ones.
 * Every batcher does this; what two do at once is done once.
 */
export class BatchWatch {
  readonly #context: BatchContext;
  readonly #active: ActiveBatches;
  readonly #deadlines = new Map<string, number>();

  constructor(context: BatchContext, active: ActiveBatches) {
    this.#context = context;
    this.#active = active;
  }

  /** Begins at once, and returns the function that stops it. */
  start(everyMs: number): () => Promise<void> {
    const { logger } = this.#context;
    return every(everyMs, (signal) => this.#check(signal), {
      immediately: true,
      onError: (error) => logger.warn({ err: error }, "checking the active batches failed"),
    });
  }

  async #check(signal: AbortSignal): Promise<void> {
    const { batches, queues, files, logger } = this.#context;
    this.#active.replace(await batches.active());
    for (const batch of this.#active.all) {
      if (signal.aborted) return;
      try {
        await queues.addBatch({ tenant: batch.tenant, batch_id: batch.id });
        if (await this.#isHalted(batch)) await this.#endQueries(batch);
      } catch (error) {
        // An error of one batch must not keep the others from being checked.
        logger.warn({ err: error, batch: batch.id }, "checking a batch failed");
      }
    }
    this.#forgetEnded();
    await files.removeExpired();
  }

  /** Whether a batch must stop; halts it when its deadline has passed. */
  async #isHalted(batch: BatchRef): Promise<boolean> {
    const { batches } = this.#context;
    if (await batches.halt(batch)) return true;
    if (Date.now() < (await this.#deadlineOf(batch))) return false;
    await batches.writeHalt(batch, { reason: "expired", at: Date.now() });
    return true;
  }

  /** Manifests never change, so each is read once. */
  async #deadlineOf(batch: BatchRef): Promise<number> {
    const known = this.#deadlines.get(batch.id);
    if (known !== undefined) return known;
    const manifest = await this.#context.batches.manifest(batch);
    if (!manifest) {
      // The api has not written it yet; after an hour it never will.
      if (Date.now() - idTime(batch.id) > ABANDONED_MS) await this.#context.batches.clear(batch);
      return Number.POSITIVE_INFINITY;
    }
    this.#deadlines.set(batch.id, manifest.expires_at);
    return manifest.expires_at;
  }

  #forgetEnded(): void {
    const active = new Set(this.#active.all.map((batch) => batch.id));
    for (const id of this.#deadlines.keys()) if (!active.has(id)) this.#deadlines.delete(id);
  }

  async #endQueries(batch: BatchRef): Promise<void> {
    const { batches, lines } = this.#context;
    const state = await batches.find(batch);
    if (!state?.plan || !state.halt || state.end) return;
    const ended = new Set(state.parts.map((part) => part.index));
    for (const index of laneHeads(state.plan, ended)) {
      await lines.end(state.plan.model, chunkJobId(batch.id, index), { status: state.halt.reason });
    }
  }
}
