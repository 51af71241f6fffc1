import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";

const PING_TIMEOUT_MS = 2_000;

/** Resolves when Redis answers within two seconds; rejects with a sentence that says why it does not. */
export async function checkRedis(redis: Redis): Promise<void> {
  if (redis.status !== "ready") throw new Error(`Redis is away (connection ${redis.status}).`);
  const timeout = new AbortController();
  const late = sleep(PING_TIMEOUT_MS, "late" as const, { signal: timeout.signal });
  late.catch(() => {}); // it rejects when the ping was faster
  try {
    if ((await Promise.race([redis.ping(), late])) === "late") {
      throw new Error(`Redis does not answer within ${PING_TIMEOUT_MS / 1000} seconds.`);
    }
  } finally {
    timeout.abort();
  }
}
