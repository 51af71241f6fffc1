import { setTimeout as sleep } from "node:timers/promises";
import type { TestRedis } from "../../testing/redis.js";
import { redisCli } from "../../testing/redis-cli.js";
import { FaultDidNotOccurError, type InjectedFault, injectFault } from "./injected-fault.js";

/**
 * Redis becomes a read-only replica under all its connections, as the old master does in a fail-over, and
 * the master again after `milliseconds`.
 */
export function demoteRedis(redis: TestRedis, milliseconds: number): Promise<InjectedFault> {
  return injectFault("Redis READONLY", "redis", async () => {
    const before = await countRefused(redis);
    // Of nobody: it keeps its data.
    await redisCli(redis.url, "REPLICAOF", "127.0.0.1", "1");
    try {
      await sleep(milliseconds);
    } finally {
      await redisCli(redis.url, "REPLICAOF", "NO", "ONE");
    }
    const refused = (await countRefused(redis)) - before;
    if (refused === 0) throw new FaultDidNotOccurError("nobody met a replica");
    return `${refused} writes refused with READONLY`;
  });
}

async function countRefused(redis: TestRedis): Promise<number> {
  const stats = await redisCli(redis.url, "INFO", "errorstats");
  return Number(/errorstat_READONLY:count=(\d+)/.exec(stats)?.[1] ?? 0);
}
