import { MAX_STALLS, type Outcome } from "@bullpen/contracts";
import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import type { TranscriptSession } from "./transcript-session.js";
import { transcriptKey } from "./transcript-store.js";

/**
 * Tells a query that kills its workers from one whose workers happened to die. BullMQ counts a job's
 * stalls over its whole life; what matters is how many came without a step in between, so the count
 * at which a step was first met is kept beside it. A query that never stalled costs nothing here.
 *
 * @returns the outcome of a query whose workers have died {@link MAX_STALLS} times at the same step.
 */
export async function findPoison(
  redis: Redis,
  job: Job,
  session: TranscriptSession,
): Promise<Outcome | undefined> {
  if (job.stalledCounter === 0) return undefined;
  const { steps } = session.transcript;
  const observations = steps.filter((step) => step.observation).length;
  const key = transcriptKey(session.held.queryId);
  const field = `stalls:${steps.length}:${observations}`;
  await redis.hsetnx(key, field, job.stalledCounter - 1);
  const before = Number(await redis.hget(key, field));
  if (job.stalledCounter - before < MAX_STALLS) return undefined;
  return {
    status: "failed",
    error: {
      code: "worker_lost",
      message: `The worker died each of the ${MAX_STALLS} times that it ran step ${steps.length} of this query.`,
    },
  };
}
