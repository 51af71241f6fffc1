import type { Job } from "bullmq";
import type { Redis } from "ioredis";

/**
 * Gives a job that this worker holds back to its queue, ahead of its equals, and wakes an idle worker
 * for it: BullMQ wakes one when a job without a priority comes back, and for one with a priority leaves
 * it to the workers' next look, up to five seconds later. The marker is what idle workers block on.
 */
export async function handBack(redis: Redis, job: Job, token: string): Promise<void> {
  await job.moveToWait(token);
  await redis.zadd(`${job.queueQualifiedName}:marker`, 0, "0");
}
