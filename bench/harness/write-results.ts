import { startFreshRedis } from "./fresh-redis.js";
import { readRedisVersion } from "./redis-cost.js";
import { describeHost } from "./results-file.js";

export { writeResults } from "./results-file.js";

/** The machine, and the Redis on it. */
export async function describeMachine() {
  return { redis: await redisVersion(), ...describeHost() };
}

async function redisVersion(): Promise<string> {
  const redis = await startFreshRedis();
  try {
    return await readRedisVersion(redis.connection);
  } finally {
    await redis.stop();
  }
}
