import { withTimeout } from "@bullpen/base";
import type { Redis } from "ioredis";
import { connectionFailure } from "../connection/connection-failure.js";
import { PROBE } from "../connection/probe.js";
import { findRedisOutage } from "./redis-outage.js";

const ANSWER_TIMEOUT_MS = 2_000;

/**
 * Resolves when Redis answers within two seconds and takes writes; otherwise rejects with a sentence that says
 * why not.
 */
export async function checkRedis(redis: Redis): Promise<void> {
  const failure = connectionFailure(redis);
  if (failure !== undefined) throw new Error(failure);
  try {
    const late = `Redis does not answer within ${ANSWER_TIMEOUT_MS / 1000} seconds.`;
    await withTimeout(redis.call(...PROBE), ANSWER_TIMEOUT_MS, late);
  } catch (error) {
    const outage = findRedisOutage(error);
    if (outage === undefined || !(error instanceof Error)) throw error;
    throw new Error(`${outage.charAt(0).toUpperCase()}${outage.slice(1)} (${error.message}).`, {
      cause: error,
    });
  }
}
