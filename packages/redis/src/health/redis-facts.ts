import type { Redis } from "ioredis";
import { RedisMemory } from "./redis-memory.js";
import { findRedisRisks } from "./redis-risks.js";

/** What an operator should know of a Redis. */
export interface RedisFacts {
  /** `7.2.4`, as the server says. */
  readonly version: string;
  /** Settings that put accepted work at risk, each as a sentence. */
  readonly risks: readonly string[];
  readonly usedBytes: number;
  /** 0: there is no limit. */
  readonly limitBytes: number;
  /** Whether new work is refused by now, so that running work can end. */
  readonly isNearlyFull: boolean;
  /** How far its clock is ahead of this machine's, in milliseconds. */
  readonly aheadMs: number;
}

/** Reads the facts of a Redis that can be used. */
export async function readRedisFacts(redis: Redis): Promise<RedisFacts> {
  const memory = new RedisMemory({ redis });
  const info = await redis.info("server");
  return {
    version: /^(?:valkey_version|redis_version):(\S+)/m.exec(info)?.[1] ?? "unknown",
    risks: await findRedisRisks(redis),
    ...(await memory.read()),
    isNearlyFull: await memory.isNearlyFull(),
    aheadMs: await readClock(redis),
  };
}

/** The answer is taken to be of the middle of its way. */
async function readClock(redis: Redis): Promise<number> {
  const askedAt = Date.now();
  const [seconds, microseconds] = await redis.time();
  const here = (askedAt + Date.now()) / 2;
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000 - here;
}
