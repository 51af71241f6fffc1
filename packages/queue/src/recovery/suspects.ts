import { MAX_STALLS, type Outcome } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import type { Job } from "bullmq";
import { transcriptKey } from "../queries/query-keys.js";
import type { TranscriptSession } from "../transcripts/transcript-session.js";
import { SuspectTurns } from "./suspect-turns.js";

/** What becomes of a query that a worker has taken: it runs until `release`, or has ended as poison. */
export type Admission = { readonly release: () => void } | { readonly poison: Outcome };

/**
 * Tells a query that kills its workers from those that were beside it when a worker died.
 *
 * All that were in hand at two deaths, at the same step, are suspects. A worker runs one suspect at a
 * time and counts when it begins: if it dies again, only the one that ran has one more against it, and
 * those that waited for their turn have not. A query that was in hand at {@link MAX_STALLS}
 * deaths by this count is given up. One that never stalled costs nothing here.
 */
export class Suspects {
  readonly #redis: Redis;
  readonly #turns = new SuspectTurns();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Rejects with the signal's reason when it aborts before the query's turn has come. */
  async admit(job: Job, session: TranscriptSession, signal: AbortSignal): Promise<Admission> {
    if (job.stalledCounter === 0) return { release: () => {} };
    const key = transcriptKey(session.leased.queryId);
    const { steps } = session.transcript;
    const step = `${steps.length}:${steps.filter(({ observation }) => observation).length}`;
    if (!(await this.#stalledAt(key, job.stalledCounter, step))) return { release: () => {} };
    const begun = `begun:${step}`;
    const deaths = 1 + (Number(await this.#redis.hget(key, begun)) || 0);
    if (deaths >= MAX_STALLS) return { poison: giveUp(steps.length) };
    // One death is most often the machine's doing: what was in hand goes on at once, side by side.
    const release = deaths > 1 ? await this.#turns.take(signal) : () => {};
    await this.#redis.hset(key, begun, deaths);
    return { release };
  }

  /** Whether the query still stands where it stood when it was first taken after its latest stall. */
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
