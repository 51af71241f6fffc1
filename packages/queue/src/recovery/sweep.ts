import type { AgentQueues } from "../queries/agent-queue.js";
import { settlesWithin } from "../time-limit.js";

/** How often queries are looked for of which something is due. */
const SWEEP_MS = 1_000;

/** What a sweep may take to its end when it is to stop. */
const STOP_MS = 2_000;

/**
 * Expires queries that are past their deadline, removes those whose retention is over
 * ({@link AgentQueues.sweep}), and puts those back that a restart of Redis has lost. Every api and worker
 * sweeps: a query stays due until the work on it is done, so a sweep that dies in the middle leaves the rest
 * to the next, and two that meet do the same thing once.
 */
export class QuerySweep {
  readonly #timer: NodeJS.Timeout;
  #sweeping: Promise<void> = Promise.resolve();
  #isSweeping = false;
  #isStopping = false;

  constructor(options: { queues: AgentQueues; onError?: (error: Error) => void; everyMs?: number }) {
    const sweep = async () => {
      try {
        await options.queues.requeueStranded();
        for (let hasMore = true; hasMore && !this.#isStopping; ) {
          hasMore = (await options.queues.sweep()).hasMore;
        }
      } catch (error) {
        // Redis is away: the next sweep finds them.
        options.onError?.(error instanceof Error ? error : new Error(String(error)));
      } finally {
        this.#isSweeping = false;
      }
    };
    this.#timer = setInterval(() => {
      if (this.#isSweeping) return;
      this.#isSweeping = true;
      this.#sweeping = sweep();
    }, options.everyMs ?? SWEEP_MS);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#timer);
    // Without Redis it would never come back; the next sweep, anybody's, does the same.
    await settlesWithin(STOP_MS, this.#sweeping);
  }
}
