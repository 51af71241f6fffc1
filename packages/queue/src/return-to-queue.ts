import type { Redis } from "@bullpen/redis";
import type { Job } from "bullmq";

/**
 * Returns an active job to its queue, ahead of jobs of the same priority, and wakes an idle worker for it.
 * BullMQ wakes one when a job without a priority returns. For a job with a priority it does not, and an idle
 * worker would find it up to five seconds later. Idle workers block on the marker.
 *
 * @param token under which this worker holds the job's lock.
 */
export async function returnToQueue(redis: Redis, job: Job, token: string): Promise<void> {
  await job.moveToWait(token);
  await redis.zadd(`${job.queueQualifiedName}:marker`, 0, "0");
}
