import { setTimeout as sleep } from "node:timers/promises";
import { chunkJobId, idTime } from "@bullpen/contracts";
import type { BatchRef } from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";
import { laneHeads } from "./plan-chunks.js";

/** An api that died while it made a batch leaves an input without a manifest behind: nobody was answered. */
const ABANDONED_MS = 3_600_000;

/**
 * Looks after the batches that have not ended, again and again: delivers those that Redis does not know
 * (it was wiped, or the api died before it could), halts those past their deadline, and ends the queries
 * of halted ones. Every batcher does; what two do at once is done once.
 */
export class BatchWatch {
  readonly #context: () => BatchContext;
  readonly #everyMs: number;
  readonly #stop = new AbortController();
  readonly #deadlines = new Map<string, number>();
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
      await sleep(this.#everyMs, undefined, { signal }).catch(() => {}); // woken: this process stops
    }
  }

  async #look(): Promise<void> {
    const { batches, queues, files } = this.#context();
    this.#active = await batches.active();
    for (const batch of this.#active) {
      if (this.#stop.signal.aborted) return;
      try {
        await queues.addBatch({ tenant: batch.tenant, batch_id: batch.id });
        if (await this.#isHalted(batch)) await this.#endQueries(batch);
      } catch (error) {
        // What is wrong with one batch keeps nobody from looking after the others.
        this.#context().logger.warn({ err: error, batch: batch.id }, "looking after a batch failed");
      }
    }
    this.#forgetEnded();
    await files.removeExpired();
  }

  /** Whether a batch is to stop; halts it when its deadline is over. */
  async #isHalted(batch: BatchRef): Promise<boolean> {
    const { batches } = this.#context();
    if (await batches.halt(batch)) return true;
    if (Date.now() < (await this.#deadlineOf(batch))) return false;
    await batches.writeHalt(batch, { reason: "expired", at: Date.now() });
    return true;
  }

  /** Manifests never change, so each is read once. */
  async #deadlineOf(batch: BatchRef): Promise<number> {
    const known = this.#deadlines.get(batch.id);
    if (known !== undefined) return known;
    const manifest = await this.#context().batches.manifest(batch);
    if (!manifest) {
      // The api has not written it yet; after an hour it never will.
      if (Date.now() - idTime(batch.id) > ABANDONED_MS) await this.#context().batches.clear(batch);
      return Number.POSITIVE_INFINITY;
    }
    this.#deadlines.set(batch.id, manifest.expires_at);
    return manifest.expires_at;
  }

  #forgetEnded(): void {
    const active = new Set(this.#active.map((batch) => batch.id));
    for (const id of this.#deadlines.keys()) if (!active.has(id)) this.#deadlines.delete(id);
  }

  async #endQueries(batch: BatchRef): Promise<void> {
    const { batches, lines } = this.#context();
    const state = await batches.find(batch);
    if (!state?.plan || !state.halt || state.end) return;
    const ended = new Set(state.parts.map((part) => part.index));
    for (const index of laneHeads(state.plan, ended)) {
      await lines.end(state.plan.model, chunkJobId(batch.id, index), { status: state.halt.reason });
    }
  }
}
