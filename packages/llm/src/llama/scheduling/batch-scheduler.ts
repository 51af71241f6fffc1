/**
 * Most tokens that a decoding sequence brings into a step: one, or a run of forced or drafted tokens. A longer run is
 * scheduled as prefill, so that it does not hold the other sequences up. The forced text between two choices, and a
 * draft after it, fit into 16 tokens.
 */
export const MAX_DECODE_TOKENS = 16;

/** What one sequence wants computed. */
export interface SequenceTokens {
  /** The sequence's id. */
  readonly sequence: number;
  readonly count: number;
  /** `decode`: the sequence generates and gets its place first; `prefill`: it reads a prompt and can wait. */
  readonly kind: "decode" | "prefill";
}

export interface FillBatchOptions {
  /** Most tokens of the batch. */
  readonly size: number;
  /**
   * What another pass through the weights costs, in tokens of each sequence in the batch. llama.cpp makes one pass
   * (ubatch) for each different length: 0 where tokens cost and passes do not (a CPU), 1 where a pass costs
   * what a step of all sequences costs (a GPU).
   */
  readonly ubatchCost: number;
}

export interface BatchPart<Item> {
  readonly item: Item;
  /** How many of its tokens. */
  readonly take: number;
}

/**
 * Fills a batch. llama.cpp computes tokens of several sequences together only while their sequence ids
 * ascend without a gap, so the batch is sorted by sequence. Sequences that decode get their place first: a prompt
 * that fills the batch must not keep them waiting. What is left goes to prompts, whole ones, first come first served:
 * shared evenly they would take many small batches.
 */
export function fillBatch<Item extends SequenceTokens>(
  items: readonly Item[],
  { size, ubatchCost }: FillBatchOptions,
): BatchPart<Item>[] {
  const decodes = items.filter(({ kind }) => kind === "decode");
  const prefills = items.filter(({ kind }) => kind === "prefill");
  let left = size;
  const parts = [...decodes, ...prefills]
    .map((item) => {
      const take = Math.min(item.count, left);
      left -= take;
      return { item, take };
    })
    .filter(({ take }) => take > 0);
  const maxLength = chooseMaxLength(
    parts.map(({ take }) => take),
    ubatchCost,
  );
  return parts
    .map(({ item, take }) => ({ item, take: Math.min(take, maxLength) }))
    .sort((a, b) => a.item.sequence - b.item.sequence);
}

/**
 * The longest per-sequence length worth batching: beyond it the extra pass costs the other sequences more tokens than
 * it computes. What is cut off comes in the next batch, perhaps with others of its length.
 */
function chooseMaxLength(counts: readonly number[], ubatchCost: number): number {
  const lengths = [...new Set(counts)].sort((a, b) => a - b);
  const worth = (maxLength: number, passes: number) =>
    counts.reduce((sum, count) => sum + Math.min(count, maxLength), 0) - passes * ubatchCost * counts.length;
  return lengths.reduce<{ length: number; worth: number }>(
    (best, length, passes) => {
      const next = { length, worth: worth(length, passes) };
      return next.worth >= best.worth ? next : best;
    },
    { length: 1, worth: Number.NEGATIVE_INFINITY },
  ).length;
}
