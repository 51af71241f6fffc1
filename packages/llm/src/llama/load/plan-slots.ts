/** What a context takes, and what there is. */
export interface SlotPlanOptions {
  /** Tokens that one slot should hold. */
  readonly contextTokens: number;
  readonly maxSlots: number;
  /** Memory that may be taken: of the GPUs, or of the machine. */
  readonly freeBytes: number;
  /** What a context of that size takes of it, buffers included. */
  readonly estimateBytes: (slots: number, contextTokens: number) => Promise<number>;
}

export interface SlotPlan {
  readonly slots: number;
  readonly contextTokens: number;
  /** What the context is expected to take. */
  readonly bytes: number;
}

/** Estimates are rough, and others may want memory too. */
const USABLE = 0.9;

/** Shorter contexts do not hold an agent's instructions and a tool's result. */
const SHORTEST_CONTEXT = 1_024;

/**
 * As many slots as fit; where not even one does, shorter contexts. `undefined` when the shortest do not
 * fit either.
 */
export async function planSlots(options: SlotPlanOptions): Promise<SlotPlan | undefined> {
  const usable = options.freeBytes * USABLE;
  let contextTokens = options.contextTokens;
  for (;;) {
    const plan = await mostThatFit(options, contextTokens, usable);
    if (plan) return plan;
    if (contextTokens <= SHORTEST_CONTEXT) return undefined;
    contextTokens = Math.max(SHORTEST_CONTEXT, Math.floor(contextTokens / 2));
  }
}

async function mostThatFit(
  { maxSlots, estimateBytes }: SlotPlanOptions,
  contextTokens: number,
  usable: number,
): Promise<SlotPlan | undefined> {
  let best: SlotPlan | undefined;
  let [least, most] = [1, maxSlots];
  while (least <= most) {
    const slots = Math.ceil((least + most) / 2);
    const bytes = await estimateBytes(slots, contextTokens);
    if (bytes <= usable) {
      best = { slots, contextTokens, bytes };
      least = slots + 1;
    } else most = slots - 1;
  }
  return best;
}
