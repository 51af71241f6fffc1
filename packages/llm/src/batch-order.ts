import type { CustomBatchingPrioritizationStrategy, EvaluationPriority } from "node-llama-cpp";

/** Tokens that a generating sequence brings at most: one, or a stretch of fixed text. */
const LONGEST_STEP = 16;

/**
 * Fills a batch. llama.cpp computes tokens of several sequences together only while their sequence
 * ids ascend without a gap, so the batch is sorted by sequence; and a prompt that fills the batch
 * must not keep the others waiting, so each sequence that is generating gets its one place first.
 * What is left goes to prompts, whole ones first come first served: cut up evenly they would take
 * many small batches.
 */
export const fillBatchBySequence: CustomBatchingPrioritizationStrategy = ({ items, size }) => {
  const generating = items.filter((item) => item.tokens.length <= LONGEST_STEP);
  const prompts = items.filter((item) => item.tokens.length > LONGEST_STEP);
  let left = size;
  return [...generating, ...prompts]
    .map((item) => {
      const processAmount = Math.min(item.tokens.length, left);
      left -= processAmount;
      return { item, processAmount };
    })
    .filter(({ processAmount }) => processAmount > 0)
    .sort((a, b) => a.item.evaluationPriority - b.item.evaluationPriority);
};

/** Batch items do not name their sequence: their priority, which nothing else reads, carries it. */
export function priorityOfSequence(sequenceId: number): EvaluationPriority {
  // The type allows 1 to 5 because of the built-in strategies; the value is handed through as it is.
  return sequenceId as EvaluationPriority;
}
