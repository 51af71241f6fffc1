import { chunkJobId } from "@bullpen/contracts";
import type { BatchRef, BatchState } from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";
import { laneHeads } from "./plan-chunks.js";

/**
 * Looks after the batches that have not ended, again and again: delivers those that Redis does not know
 * (it was wiped, or the api died before it could), halts those past their deadline, and ends the queries
 * of halted ones. Every batcher does; what two do at once is done once.
 */
export class BatchWatch {
  readonly #context: () => BatchContext;
  readonly #everyMs: number;
  readonly #stop = new AbortController();
  #active: readonly BatchRef[] = [];
  #watching: Promise<void> = Promise.resolve();

  constructor(options: { context: () => BatchContext; everyMs: number }) {
    this.#context = options.context;
    this.#everyMs = options.everyMs;
  }

  /** Batches of a tenant that have not ended, as of the last look. */
  count(tenant: string): number {
    return this.#active.filter((batch) => batch.tenant === tenant).length;
  }

  start(): void {
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        this.#context().logger.warn({ err: error }, "looking after batches failed");
      }
      await pause(this.#everyMs, signal);
    }
  }

  async #look(): Promise<void> {
    const { batches, queues, files } = this.#context();
    this.#active = await batches.active();
    for (const batch of this.#active) {
      if (this.#stop.signal.aborted) return;
      await queues.addBatch({ tenant: batch.tenant, batch_id: batch.id });
      const state = await batches.find(batch);
      if (state) await this.#haltIfDue(state);
    }
    await files.removeExpired();
  }

  async #haltIfDue(state: BatchState): Promise<void> {
    const { batches } = this.#context();
    const { manifest } = state;
    let { halt } = state;
    if (!halt && Date.now() >= manifest.expires_at) {
      await batches.writeHalt(manifest, { reason: "expired", at: Date.now() });
      halt = await batches.halt(manifest);
    }
    if (halt) await this.#endQueries(state, halt.reason);
  }

  async #endQueries(
    { manifest, plan, parts, end }: BatchState,
    reason: "cancelled" | "expired",
  ): Promise<void> {
    if (!plan || end) return;
    for (const index of laneHeads(plan, new Set(parts.map((part) => part.index)))) {
      await this.#context().lines.end(chunkJobId(manifest.id, index), { status: reason });
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
