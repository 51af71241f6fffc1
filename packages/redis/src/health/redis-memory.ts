import type { Redis } from "ioredis";

/** From this share of maxmemory on, new work is refused. At the limit itself no query could end. */
const FULL_AT = 0.6;
/** How long a reading of Redis' memory is used. */
const READING_MS = 1_000;

/** What Redis holds, and what it may hold: 0 where there is no limit. */
export interface MemoryUse {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** How full Redis is. */
export class RedisMemory {
  readonly #redis: Redis;
  readonly #now: () => number;
  #readAt = Number.NEGATIVE_INFINITY;
  #memory: MemoryUse = { usedBytes: 0, limitBytes: 0 };

  constructor(options: { redis: Redis; now?: () => number }) {
    this.#redis = options.redis;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether new work should be refused. Asks Redis once a second at most. */
  async isNearlyFull(): Promise<boolean> {
    const { usedBytes, limitBytes } = await this.read();
    return limitBytes > 0 && usedBytes / limitBytes >= FULL_AT;
  }

  /** Asks Redis once a second at most. */
  async read(): Promise<MemoryUse> {
    if (this.#now() - this.#readAt >= READING_MS) {
      this.#memory = parseMemory(await this.#redis.info("memory"));
      this.#readAt = this.#now();
    }
    return this.#memory;
  }
}

function parseMemory(info: string): MemoryUse {
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  return { usedBytes: field("used_memory"), limitBytes: field("maxmemory") };
}
