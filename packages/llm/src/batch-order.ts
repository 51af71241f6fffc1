/** Tokens that a generating sequence brings at most: one, or a stretch of fixed text. */
const LONGEST_STEP = 16;

/** What one sequence wants computed. */
export interface SequenceTokens {
  /** The sequence's id. */
  readonly sequence: number;
  readonly count: number;
}

/**
 * Fills a batch with at most `size` tokens. llama.cpp computes tokens of several sequences together only
 * while their sequence ids ascend without a gap, so the batch is sorted by sequence; and a prompt that
 * fills the batch must not keep the others waiting, so each sequence that is generating gets its one place
 * first. What is left goes to prompts, whole ones first come first served: cut up evenly they would take
 * many small batches.
 */
export function fillBatch<Item extends SequenceTokens>(
  items: readonly Item[],
  size: number,
): { readonly item: Item; readonly take: number }[] {
  const generating = items.filter(({ count }) => count <= LONGEST_STEP);
  const prompts = items.filter(({ count }) => count > LONGEST_STEP);
  let left = size;
  return [...generating, ...prompts]
    .map((item) => {
      // A step's tokens stay together: the logits of the first ones live no longer than their batch.
      const take = item.count > LONGEST_STEP || item.count <= left ? Math.min(item.count, left) : 0;
      left -= take;
      return { item, take };
    })
    .filter(({ take }) => take > 0)
    .sort((a, b) => a.item.sequence - b.item.sequence);
}
