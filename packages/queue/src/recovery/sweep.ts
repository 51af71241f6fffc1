import { every, settlesWithin } from "@bullpen/base";
import type { AgentQueues } from "../queries/agent-queue.js";

/** How often the sweep runs: a deadline is met to about a second. */
const SWEEP_MS = 1_000;

/** What an active sweep may take to end when it is stopped. */
const STOP_MS = 2_000;

/**
 * Expires queries past their deadline, removes those whose retention is over ({@link AgentQueues.sweep}), and
 * returns those to their queue that a restart of Redis lost from it. Every api and worker sweeps: a query stays
 * due until the work on it is done, so the next sweep does what one that died left, and two sweeps at the same
 * time do the same thing once.
 */
export class QuerySweep {
  readonly #stop: () => Promise<void>;

  /** @param options.everyMs milliseconds between two sweeps. Default: 1,000. */
  constructor(options: { queues: AgentQueues; onError?: (error: Error) => void; everyMs?: number }) {
    const { queues, onError, everyMs = SWEEP_MS } = options;
    const sweep = async (signal: AbortSignal) => {
      await queues.requeueStranded();
      for (let hasMore = true; hasMore && !signal.aborted; ) {
        hasMore = (await queues.sweep()).hasMore;
      }
    };
    // While Redis is away a sweep fails; the next one finds the same queries.
    this.#stop = every(everyMs, sweep, onError && { onError });
  }

  async stop(): Promise<void> {
    // Without Redis the active sweep does not end; the next sweep, anybody's, does the same.
    await settlesWithin(this.#stop(), STOP_MS);
  }
}
