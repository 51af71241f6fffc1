import type { Redis } from "ioredis";

/**
 * Settings of Redis that put accepted work at risk, each as a sentence; empty when there are none. They are read from
 * INFO: the processes' users may not run CONFIG, which shows passwords, and managed services forbid it.
 */
export async function findRedisRisks(redis: Redis): Promise<string[]> {
  const info = await readInfo(redis);
  const risks: string[] = [];
  if (/^aof_enabled:0/m.test(info)) {
    risks.push("Redis runs without AOF (appendonly no): queries in flight are lost when it restarts.");
  }
  const [, policy = "noeviction"] = /^maxmemory_policy:(\S+)/m.exec(info) ?? [];
  if (policy !== "noeviction") {
    risks.push(`Redis may evict keys (maxmemory-policy ${policy}): jobs can vanish. Set it to noeviction.`);
  }
  return risks;
}

/** Empty where the user may not ask: then nothing can be checked. */
async function readInfo(redis: Redis): Promise<string> {
  try {
    return (await Promise.all([redis.info("persistence"), redis.info("memory")])).join("\n");
  } catch {
    return "";
  }
}
