import { Semaphore } from "@bullpen/base";
import { MAX_STALLS, type Outcome } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import type { Job } from "bullmq";
import { transcriptKey } from "../queries/query-keys.js";
import type { TranscriptSession } from "../transcripts/transcript-session.js";

/** The answer for a query that a worker has taken: it may run until `release`, or is ended as poison. */
export type Admission = { readonly release: () => void } | { readonly poison: Outcome };

/**
 * Tells a query that crashes its workers from those that were active beside it.
 *
 * A query active at two worker crashes on the same step is a suspect. Suspects run one at a time, so a further
 * crash counts against one only. A query with {@link MAX_STALLS} crashes by this count is given up. A query that
 * never stalled costs nothing here.
 */
export class Suspects {
  readonly #redis: Redis;
  /** Suspects of one process run one at a time: if it dies, the suspect that ran is the cause. */
  readonly #turn = new Semaphore(1);

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Rejects with the signal's reason when it aborts before the query's turn comes. */
  async admit(job: Job, session: TranscriptSession, signal: AbortSignal): Promise<Admission> {
    if (job.stalledCounter === 0) return { release: () => {} };
    const key = transcriptKey(session.leased.queryId);
    const { steps } = session.transcript;
    const step = `${steps.length}:${steps.filter(({ observation }) => observation).length}`;
    if (!(await this.#stalledAt(key, job.stalledCounter, step))) return { release: () => {} };
    const begun = `begun:${step}`;
    const crashes = 1 + (Number(await this.#redis.hget(key, begun)) || 0);
    if (crashes >= MAX_STALLS) return { poison: giveUp(steps.length) };
    // After one crash, most often the machine's fault, active queries go on at once, side by side.
    const release = crashes > 1 ? await this.#turn.acquire(signal) : () => {};
    await this.#redis.hset(key, begun, crashes);
    return { release };
  }

  /** Whether the query is still at the step at which it was first taken after its latest stall. */
  async #stalledAt(key: string, stalls: number, step: string): Promise<boolean> {
    const field = `stall:${stalls}`;
    await this.#redis.hsetnx(key, field, step);
    return (await this.#redis.hget(key, field)) === step;
  }
}

function giveUp(step: number): Outcome {
  return {
    status: "failed",
    error: {
      code: "worker_lost",
      message: `The worker died each of the ${MAX_STALLS} times that it ran step ${step} of this query.`,
    },
  };
}
