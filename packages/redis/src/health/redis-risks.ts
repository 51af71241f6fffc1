import type { Redis } from "ioredis";

/** Settings of Redis that put accepted work at risk, each as a sentence; empty when there are none. */
export async function findRedisRisks(redis: Redis): Promise<string[]> {
  const risks: string[] = [];
  const settings = await readConfig(redis);
  if (!settings) return risks;
  if (settings.appendonly === "no") {
    risks.push("Redis runs without AOF (appendonly no): queries in flight are lost when it restarts.");
  }
  if (settings["maxmemory-policy"] && settings["maxmemory-policy"] !== "noeviction") {
    risks.push(
      `Redis may evict keys (maxmemory-policy ${settings["maxmemory-policy"]}): jobs can vanish. Set it to noeviction.`,
    );
  }
  return risks;
}

async function readConfig(redis: Redis): Promise<Record<string, string> | undefined> {
  try {
    const pairs = await Promise.all(
      ["appendonly", "maxmemory-policy"].map((name) => redis.config("GET", name)),
    );
    // ioredis types CONFIG's reply as unknown; it is a flat list of name and value.
    const flat = pairs.flat() as string[];
    return Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ""]] : [])));
  } catch {
    // Managed services forbid CONFIG; then nothing can be checked.
    return undefined;
  }
}
