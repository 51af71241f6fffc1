import type { Redis } from "@bullpen/redis";

/** What BullMQ stores about a query's job, as far as readers need it. */
export interface StoredJob {
  /** The job as it was submitted; not yet checked against its schema. */
  readonly data: unknown;
  /** When it was added, in Unix milliseconds. */
  readonly timestamp: number;
  /** When BullMQ finished it, in Unix milliseconds. */
  readonly finishedOn: number | undefined;
  /** Empty for one that did not fail. */
  readonly failedReason: string;
}

/**
 * Reads a job by one command, and only what is needed of it: clients poll for many queries at a time, and BullMQ's own
 * reading builds a whole `Job`.
 *
 * @param key see `agentJobKey`.
 * @returns `undefined` when there is no such job.
 * @throws {SyntaxError} when its data is no JSON.
 */
export async function readJob(redis: Redis, key: string): Promise<StoredJob | undefined> {
  const fields = await redis.hmget(key, "data", "timestamp", "finishedOn", "failedReason");
  const [data, timestamp, finishedOn, failedReason] = fields;
  if (data == null) return undefined;
  return {
    data: JSON.parse(data),
    timestamp: Number(timestamp),
    finishedOn: finishedOn == null ? undefined : Number(finishedOn),
    failedReason: failedReason ?? "",
  };
}
