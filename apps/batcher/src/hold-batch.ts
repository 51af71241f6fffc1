import { chunkJobId } from "@bullpen/contracts";
import type { BatchRef, Plan } from "@bullpen/storage";
import type { ActiveBatch } from "./active-batches.js";
import type { BatchContext } from "./batch-context.js";
import { laneHeads } from "./plan-chunks.js";
import { resubmitLines } from "./run-chunk.js";

interface Heads {
  readonly plan: Plan;
  /** The chunks that may be in Redis, in order. */
  readonly indexes: readonly number[];
}

/**
 * Takes the lines of a batch that is held out of the queue, as far as they have not begun. Those that have go on to
 * their ends; then the chunks keep their results, and the batch leaves Redis.
 */
export async function withdrawLines(context: BatchContext, batch: BatchRef): Promise<void> {
  if (!(await context.queues.hasBatch(batch.id))) return;
  const heads = await headsOf(context, batch);
  for (const index of heads?.indexes ?? []) {
    const chunk = { model: heads?.plan.model ?? "", chunkJobId: chunkJobId(batch.id, index) };
    await context.waiting.withdraw(chunk);
  }
}

/** Goes on with a batch that was held, though lines that had begun keep some of its chunks in Redis. */
export async function resumeLines(context: BatchContext, { manifest, controls }: ActiveBatch): Promise<void> {
  const heads = await headsOf(context, manifest);
  for (const index of heads?.indexes ?? []) {
    const chunk = { tenant: manifest.tenant, batch_id: manifest.id, index };
    if (!(await context.queues.hasBatch(manifest.id))) return;
    await context.queues.addChunk(chunk);
    if (!heads || !(await context.queues.isWaiting(manifest.id, index))) continue;
    await resubmitLines(context, { manifest, controls, plan: heads.plan, index });
  }
}

/** Gives the waiting lines of a batch the places of its new priority, part by part. */
export async function reprioritizeLines(
  context: BatchContext,
  { manifest, controls }: ActiveBatch,
  signal: AbortSignal,
): Promise<void> {
  const heads = await headsOf(context, manifest);
  if (!heads) return;
  const { model } = heads.plan;
  await context.waiting.restartShare(model, manifest.id);
  const shares = context.active.sharesOf(manifest, controls);
  for (const index of heads.indexes) {
    await context.waiting.replace({ model, chunkJobId: chunkJobId(manifest.id, index) }, shares, signal);
  }
}

async function headsOf({ batches }: BatchContext, batch: BatchRef): Promise<Heads | undefined> {
  const plan = await batches.plan(batch);
  if (!plan) return undefined;
  const ended = new Set((await batches.parts(batch)).map((part) => part.index));
  return { plan, indexes: laneHeads(plan, ended) };
}
