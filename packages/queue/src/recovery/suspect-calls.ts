import { Semaphore } from "@bullpen/base";
import { MAX_STALLS, type Observation, toolFailure } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import type { Job } from "bullmq";

/** The answer for a call that a tool-worker has taken: it may run until `release`, or is not run again. */
export type CallAdmission = { readonly release: () => void } | { readonly deadly: Observation };

/** Longer than a call waits to be taken again after its worker crashed. */
const KEPT_SECONDS = 3_600;

/** A crash of a tool-worker ends the calls of all its tools, so all of them share the turn. */
const turn = new Semaphore(1);

/**
 * Tells a call that crashes its tool-worker from those that run beside it, as `Suspects` does for queries: calls
 * that were active at two crashes run one at a time, and one is given up at its third ({@link MAX_STALLS}). A
 * call that never stalled costs nothing here.
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
    const crashes = 1 + (Number(await this.#redis.get(key)) || 0);
    if (crashes >= MAX_STALLS) return { deadly: giveUp() };
    // After one crash, most often the machine's fault, active calls run at once, side by side.
    const release = crashes > 1 ? await turn.acquire(signal) : () => {};
    await this.#redis.set(key, crashes, "EX", KEPT_SECONDS);
    return { release };
  }
}

function giveUp(): Observation {
  const message = `its tool-worker died each of the ${MAX_STALLS} times that it ran this call; it is not run again.`;
  return { ...toolFailure(message), duration_ms: 0 };
}
