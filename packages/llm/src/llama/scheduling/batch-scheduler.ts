/** Tokens that a generating sequence brings at most: one, or a stretch of fixed or repeated text. */
export const MAX_DECODE_TOKENS = 16;

/** What one sequence wants computed. */
export interface SequenceTokens {
  /** The sequence's id. */
  readonly sequence: number;
  readonly count: number;
}

export interface FillBatchOptions {
  /** Most tokens of the batch. */
  readonly size: number;
  /**
   * What another pass through the weights costs, in tokens of each sequence in the batch. llama.cpp takes a
   * pass for each different length: 0 where tokens cost and passes do not (a CPU), 1 where a pass costs what
   * a step of all sequences costs (a GPU).
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
 * ascend without a gap, so the batch is sorted by sequence; and a prompt that fills the batch must not keep
 * the others waiting, so each sequence that is generating gets its place first. What is left goes to
 * prompts, whole ones first come first served: cut up evenly they would take many small batches.
 */
export function fillBatch<Item extends SequenceTokens>(
  items: readonly Item[],
  { size, ubatchCost }: FillBatchOptions,
): BatchPart<Item>[] {
  const generating = items.filter(({ count }) => count <= MAX_DECODE_TOKENS);
  const prompts = items.filter(({ count }) => count > MAX_DECODE_TOKENS);
  let left = size;
  const parts = [...generating, ...prompts]
    .map((item) => {
      const take = Math.min(item.count, left);
      left -= take;
      return { item, take };
    })
    .filter(({ take }) => take > 0);
  const most = chooseMaxLength(
    parts.map(({ take }) => take),
    ubatchCost,
  );
  return parts
    .map(({ item, take }) => ({ item, take: Math.min(take, most) }))
    .sort((a, b) => a.item.sequence - b.item.sequence);
}

/**
 * The most tokens that one sequence brings: the length up to which the tokens that are computed early are
 * more than those that all sequences miss in the passes for different lengths. What is cut off comes in the
 * next batch, perhaps with others of its length.
 */
function chooseMaxLength(counts: readonly number[], ubatchCost: number): number {
  const lengths = [...new Set(counts)].sort((a, b) => a - b);
  const worth = (most: number, passes: number) =>
    counts.reduce((sum, count) => sum + Math.min(count, most), 0) - passes * ubatchCost * counts.length;
  return lengths.reduce<{ most: number; worth: number }>(
    (best, length, passes) => {
      const next = { most: length, worth: worth(length, passes) };
      return next.worth >= best.worth ? next : best;
    },
    { most: 1, worth: Number.NEGATIVE_INFINITY },
  ).most;
}
