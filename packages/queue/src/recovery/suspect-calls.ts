import { MAX_STALLS, type Observation, toolFailure } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import type { Job } from "bullmq";
import { SuspectTurns } from "./suspect-turns.js";

/** What becomes of a call that a tool-worker has taken: it runs until `release`, or is not run any more. */
export type CallAdmission = { readonly release: () => void } | { readonly deadly: Observation };

/** Longer than a call waits to be taken again after its worker's death. */
const KEPT_SECONDS = 3_600;

/** A tool-worker's death takes the calls of all its tools along, so all of them share the turns. */
const turns = new SuspectTurns();

/**
 * Tells a call that kills its tool-worker from those that run beside it, as {@link Suspects} does for
 * queries: a call that was active at two deaths runs one at a time, and is given up at the third
 * ({@link MAX_STALLS}). A call that never stalled costs nothing here.
 */
export class SuspectCalls {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Rejects with the signal's reason when it aborts before the call's turn comes. */
  async admit(job: Job, signal: AbortSignal): Promise<CallAdmission> {
    if (job.stalledCounter === 0) return { release: () => {} };
    const key = `${KEY_PREFIX}:tool-begun:${job.id}`;
    const deaths = 1 + (Number(await this.#redis.get(key)) || 0);
    if (deaths >= MAX_STALLS) return { deadly: giveUp() };
    // One death is most often the machine's doing: what was active then runs at once, side by side.
    const release = deaths > 1 ? await turns.take(signal) : () => {};
    await this.#redis.set(key, deaths, "EX", KEPT_SECONDS);
    return { release };
  }
}

function giveUp(): Observation {
  const message = `its tool-worker died each of the ${MAX_STALLS} times that it ran this call; it is not run again.`;
  return { ...toolFailure(message), duration_ms: 0 };
}
