export interface GroupSizeOptions {
  /** Free memory of each GPU in bytes; `undefined` where it is not known. */
  readonly freeBytes: readonly (number | undefined)[];
  /** Slots that a worker is to have. Default: as many as pay. */
  readonly slots?: number;
  /** How many slots the model leaves room for on GPUs with so many free bytes in all. */
  readonly slotsIn: (freeBytes: number) => Promise<number>;
}

export interface GroupSize {
  /** GPUs of each worker process. */
  readonly size: number;
  /** Why, as a sentence for the log. */
  readonly reason: string;
}

/**
 * From so many slots on, a model that lies on one GPU generates more than one that is split over two, although the
 * pair has room for more slots: split by layers, each GPU waits for the other, and gives no more tokens/s than one.
 * By the rates of Mixtral on an H100 at 8, 16, 64 and 128 sequences (docs/decisions/0039).
 */
const ENOUGH_SLOTS = 16;

/**
 * How many GPUs a worker process takes: the fewest on which the model has enough slots, so that every GPU that can
 * work by itself does. Of the numbers that divide the GPUs without a rest.
 */
export async function chooseGroupSize({ freeBytes, slots, slotsIn }: GroupSizeOptions): Promise<GroupSize> {
  const count = freeBytes.length;
  const known = freeBytes.filter((bytes) => bytes !== undefined);
  if (known.length < count) return { size: 1, reason: "the memory of a GPU is not known" };
  const wanted = slots ?? ENOUGH_SLOTS;
  let held = "";
  for (const size of divisorsOf(count)) {
    const room = await slotsIn(smallestGroup(known, size));
    if (room >= wanted)
      return {
        size,
        reason: `${held}${gpus(size)} ${size === 1 ? "holds" : "hold"} the model with ${room} slots`,
      };
    held += `${gpus(size)} ${size === 1 ? "holds" : "hold"} ${room === 0 ? "no slot" : `${room} slots`}, `;
  }
  return { size: count, reason: `${held}fewer than the ${wanted} that are wanted` };
}

/** Free bytes of the group that has the fewest; the groups are neighbours, as {@link planGpuGroups} makes them. */
function smallestGroup(freeBytes: readonly number[], size: number): number {
  const groups = Array.from({ length: freeBytes.length / size }, (_, i) =>
    freeBytes.slice(i * size, (i + 1) * size),
  );
  return Math.min(...groups.map((group) => group.reduce((sum, bytes) => sum + bytes, 0)));
}

/** The numbers that divide `count` without a rest, in ascending order. */
export function divisorsOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1).filter((n) => count % n === 0);
}

function gpus(count: number): string {
  return count === 1 ? "1 GPU" : `${count} GPUs`;
}
