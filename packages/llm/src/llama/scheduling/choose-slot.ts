/** A free slot as the choice sees it. */
export interface SlotCandidate {
  /** The id of the slot's sequence. */
  readonly id: number;
  /** The `cacheKey` of the request it served last. */
  readonly lastKey: string | undefined;
  /** Whether the query that it served last called a tool: it will come back for its prefix. */
  readonly isAwaited: boolean;
  /** Grows with each use. */
  readonly lastUse: number;
}

/** Cached tokens for which a low id is given up. */
const WORTH_A_GAP = 32;

/**
 * The slot for a request: the one that served the same `cacheKey` last; otherwise one that nobody will
 * come back to, the lowest id among those that hold about the longest common prefix with the prompt. Low
 * ids matter because llama.cpp computes busy sequences together only while their ids follow each other.
 * Where all are awaited the one that has waited longest is given up. `free` holds at least one slot.
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
  const enough = Math.max(...prefixes) - WORTH_A_GAP;
  const chosen =
    open.find((_, index) => (prefixes[index] ?? 0) >= enough) ??
    byId.toSorted((a, b) => a.lastUse - b.lastUse).at(0);
  if (!chosen) throw new Error("A slot was asked for while none was free.");
  return chosen;
}
