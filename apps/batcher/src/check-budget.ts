import { type BatchRef, type Controls, usageOf } from "@bullpen/storage";
import type { ActiveBatch } from "./active-batches.js";
import type { BatchContext } from "./batch-context.js";

/** The field under which the tokens of a chunk's lines are counted while its batch's controls are those of a change. */
export function budgetField(index: number, { max_total_tokens, number }: Controls & { number: number }) {
  return max_total_tokens === null ? undefined : `${index}-${number}`;
}

/** Holds a batch whose lines have used its budget. */
export async function checkBudget(context: BatchContext, batch: ActiveBatch): Promise<ActiveBatch> {
  const { manifest, controls } = batch;
  if (controls.max_total_tokens === null || controls.exhausted) return batch;
  const tokens = (manifest.tokens_before ?? 0) + (await tokensOf(context, manifest));
  if (tokens < controls.max_total_tokens) return batch;
  const changed = await context.batches.controls.change(manifest, (now) => {
    const isUsed = now.max_total_tokens !== null && tokens >= now.max_total_tokens;
    return isUsed && !now.exhausted ? { ...now, exhausted: { at: Date.now(), tokens } } : undefined;
  });
  context.logger.info({ batch: manifest.id, tokens }, "the budget of a batch is used");
  const held = { manifest, controls: changed };
  context.active.set(held);
  return held;
}

/**
 * Tokens that the lines of a batch have used: of chunks that have ended by their marks, of others by the results that
 * were kept and by the turns since then.
 */
async function tokensOf({ batches, lines }: BatchContext, batch: BatchRef): Promise<number> {
  const parts = await batches.parts(batch);
  const ended = new Set(parts.map(({ index }) => index));
  const marked = usageOf(parts);
  let sum = marked.input_tokens + marked.output_tokens;
  const held = await batches.held.tokens(batch);
  for (const [index, { tokens }] of held) if (!ended.has(index)) sum += tokens;
  for (const [field, tokens] of await lines.usedTokens(batch.id)) {
    const [index = 0, change = 0] = field.split("-").map(Number);
    if (!ended.has(index) && change >= (held.get(index)?.change ?? 0)) sum += tokens;
  }
  return sum;
}
