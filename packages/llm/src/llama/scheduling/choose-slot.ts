/** A free slot, as far as the choice needs it. */
export interface SlotCandidate {
  /** The id of the slot's sequence. */
  readonly id: number;
  /** The `cacheKey` of the request it served last. */
  readonly lastKey: string | undefined;
  /** Whether the caller of that request will continue its conversation. */
  readonly isAwaited: boolean;
  /** Grows with each use. */
  readonly lastUse: number;
}

/**
 * Cached tokens for which a higher id is taken. A gap between the ids of busy sequences costs a pass through the weights
 * at every step, which fewer cached tokens do not make up for.
 */
const MIN_PREFIX_GAIN = 32;

/**
 * The slot for a request: the one that served the same `cacheKey` last. If there is none, the lowest id among the slots
 * whose conversation does not continue and that hold about the longest common prefix with the prompt. Low ids matter
 * because llama.cpp computes busy sequences together only while their ids follow each other. If all conversations
 * continue, the slot that is unused the longest. `free` holds at least one slot.
 */
export function chooseSlot<Slot extends SlotCandidate>(
  free: readonly Slot[],
  cacheKey: string | undefined,
  commonPrefix: (slot: Slot) => number,
): Slot {
  const byId = [...free].sort((a, b) => a.id - b.id);
  const sameKey = cacheKey === undefined ? undefined : byId.find((slot) => slot.lastKey === cacheKey);
  if (sameKey) return sameKey;
  const open = byId.filter((slot) => !slot.isAwaited);
  const prefixes = open.map(commonPrefix);
  const enough = Math.max(...prefixes) - MIN_PREFIX_GAIN;
  const chosen =
    open.find((_, index) => (prefixes[index] ?? 0) >= enough) ??
    byId.toSorted((a, b) => a.lastUse - b.lastUse).at(0);
  if (!chosen) throw new Error("A slot was asked for while none was free.");
  return chosen;
}
