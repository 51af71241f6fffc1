import { findRedisOutage } from "@bullpen/redis";
import type { FailedAttempt } from "./worker.js";

interface WarningLogger {
  warn(details: object, message: string): void;
}

/**
 * Logs attempts that failed, with the ids of their job. Where Redis is away they are a part of its outage, which is told once.
 *
 * @param onOutage gets errors of Redis.
 */
export function logFailedAttempts(
  logger: WarningLogger,
  onOutage: (error: Error) => void,
): (failure: FailedAttempt) => void {
  return ({ queue, ids, attempt, isLast, error }) => {
    if (findRedisOutage(error) !== undefined) onOutage(error);
    else logger.warn({ ...ids, queue, attempt, last: isLast, err: error }, "an attempt at a job failed");
  };
}
