import { every } from "@bullpen/base";
import { chunkJobId, DEFAULT_BATCH_PRIORITY, idTime } from "@bullpen/contracts";
import { type BatchRef, deadlineOf, holdOf } from "@bullpen/storage";
import type { ActiveBatch } from "./active-batches.js";
import type { BatchContext } from "./batch-context.js";
import { checkBudget } from "./check-budget.js";
import { reprioritizeLines, resumeLines, withdrawLines } from "./hold-batch.js";
import { laneHeads } from "./plan-chunks.js";

/** An api that dies while it makes a batch leaves an input without a manifest. No client was told of it. */
const ABANDONED_MS = 3_600_000;

/** For as many checks lines are submitted again after a change: a chunk may have read the controls just before it. */
const CHECKS_AFTER_CHANGE = 2;

/**
 * Checks the batches that have not ended at an interval: delivers those that Redis does not know (it was wiped,
 * or the api died before it could), halts those past their deadline, ends the queries of halted ones, and does what
 * changed controls ask for. Every batcher does this; what two do at once is done once.
 */
export class BatchWatch {
  readonly #context: BatchContext;
  /** Changes of controls that this process has acted on, and in how many checks. */
  readonly #acted = new Map<string, { readonly number: number; readonly checks: number }>();

  /** The urgent batches of their tenants when this process last gave the lines of a batch their places. */
  readonly #urgent = new Map<string, string>();

  constructor(context: BatchContext) {
    this.#context = context;
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
    const { batches, files, active } = this.#context;
    active.replace(await batches.active());
    // All of them first: what one gets of its tenant's share depends on the others.
    for (const batch of active.all) await this.#try(batch, () => this.#read(batch));
    for (const batch of active.all) {
      if (signal.aborted) return;
      await this.#try(batch, () => this.#checkBatch(batch, signal));
    }
    for (const known of [this.#acted, this.#urgent])
      for (const id of known.keys()) if (!active.get(id)) known.delete(id);
    await files.removeExpired();
  }

  /** An error of one batch must not keep the others from being checked. */
  async #try(batch: BatchRef, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#context.logger.warn({ err: error, batch: batch.id }, "checking a batch failed");
    }
  }

  async #checkBatch(ref: BatchRef, signal: AbortSignal): Promise<void> {
    const { queues } = this.#context;
    const known = this.#context.active.get(ref.id);
    if (!known) return;
    const isHalted = await this.#isHalted(known);
    const batch = isHalted ? known : await checkBudget(this.#context, known);
    if (!isHalted && holdOf(batch.controls)) {
      await withdrawLines(this.#context, ref);
      return;
    }
    await queues.addBatch({ tenant: ref.tenant, batch_id: ref.id });
    if (isHalted) {
      await this.#endQueries(ref);
      return;
    }
    if (batch.controls.number > 0) await this.#actOnChange(batch, signal);
    await this.#actOnUrgency(batch, signal);
  }

  /** When another batch of a tenant comes near its deadline, the lines of all of them get other places. */
  async #actOnUrgency(batch: ActiveBatch, signal: AbortSignal): Promise<void> {
    const { active, waiting } = this.#context;
    const { id, tenant } = batch.manifest;
    const urgent = active.urgentOf(tenant).join(" ");
    if ((this.#urgent.get(id) ?? "") === urgent) return;
    this.#urgent.set(id, urgent);
    const shares = active.sharesOf(batch.manifest, batch.controls);
    if (await waiting.notePriority(`${id}:shares`, shares, 0))
      await reprioritizeLines(this.#context, batch, signal);
  }

  /** The batch as it is now. Its manifest never changes, and of its controls only later changes are read. */
  async #read(ref: BatchRef): Promise<void> {
    const { batches, active } = this.#context;
    const known = active.get(ref.id);
    const manifest = known?.manifest ?? (await batches.manifest(ref));
    if (!manifest) {
      // The api has not written it yet; after an hour it never will.
      if (Date.now() - idTime(ref.id) > ABANDONED_MS) await batches.clear(ref);
      return;
    }
    active.set({ manifest, controls: await batches.controls.read(manifest, known?.controls) });
  }

  /** Whether a batch must stop; halts it when its deadline has passed. */
  async #isHalted({ manifest, controls }: ActiveBatch): Promise<boolean> {
    const { batches } = this.#context;
    if (await batches.halt(manifest)) return true;
    if (Date.now() < deadlineOf(manifest, controls)) return false;
    await batches.writeHalt(manifest, { reason: "expired", at: Date.now() });
    return true;
  }

  /** After a change: lines that were taken out of the queue come back, and those that wait get their places. */
  async #actOnChange(batch: ActiveBatch, signal: AbortSignal): Promise<void> {
    const { manifest, controls } = batch;
    const acted = this.#acted.get(manifest.id);
    const checks = acted?.number === controls.number ? acted.checks : 0;
    if (checks >= CHECKS_AFTER_CHANGE) return;
    await resumeLines(this.#context, batch);
    const first = manifest.priority ?? DEFAULT_BATCH_PRIORITY;
    if (await this.#context.waiting.notePriority(manifest.id, controls.priority, first)) {
      await reprioritizeLines(this.#context, batch, signal);
    }
    this.#acted.set(manifest.id, { number: controls.number, checks: checks + 1 });
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
