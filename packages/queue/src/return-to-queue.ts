import type { Redis } from "@bullpen/redis";
import type { Job, Worker } from "bullmq";
import { settlesWithin } from "./time-limit.js";

/**
 * Gives a job that this worker holds back to its queue, ahead of its equals, and wakes an idle worker
 * for it: BullMQ wakes one when a job without a priority comes back, and for one with a priority leaves
 * it to the workers' next look, up to five seconds later. The marker is what idle workers block on.
 */
export async function returnToQueue(redis: Redis, job: Job, token: string): Promise<void> {
  await job.moveToWait(token);
  await redis.zadd(`${job.queueQualifiedName}:marker`, 0, "0");
}

/** Why the signal of a job in hand aborts when its worker has no time left. */
export const SHUTDOWN = "shutdown";

/** Time to hand jobs back in. Without Redis it cannot be done: their locks run out, which does the same. */
const HAND_BACK_MS = 5_000;

/** Closes a worker: no more jobs, and those in hand are aborted with {@link SHUTDOWN} after `graceMs`. */
export async function closeWithin(worker: Worker, graceMs: number): Promise<void> {
  const abort = setTimeout(() => worker.cancelAllJobs(SHUTDOWN), graceMs);
  let failure: unknown;
  const closed = worker.close().catch((error) => {
    failure = error;
  });
  try {
    await settlesWithin(graceMs + HAND_BACK_MS, closed);
  } finally {
    clearTimeout(abort);
  }
  if (failure !== undefined) throw failure;
}
