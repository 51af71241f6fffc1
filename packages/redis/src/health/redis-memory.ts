import type { Redis } from "ioredis";

/** From this share of maxmemory on, new work is refused. At the limit itself no query could end. */
const FULL_AT = 0.6;
/** How long a reading of Redis' memory is used. */
const READING_MS = 1_000;

/** How full Redis is. */
export class RedisMemory {
  readonly #redis: Redis;
  readonly #now: () => number;
  #readAt = Number.NEGATIVE_INFINITY;
  #share = 0;

  constructor(options: { redis: Redis; now?: () => number }) {
    this.#redis = options.redis;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether new work should be refused. Asks Redis once a second at most. */
  async isNearlyFull(): Promise<boolean> {
    if (this.#now() - this.#readAt >= READING_MS) {
      this.#share = usedShare(await this.#redis.info("memory"));
      this.#readAt = this.#now();
    }
    return this.#share >= FULL_AT;
  }
}

/** The part of maxmemory that is used; 0 where there is no limit. */
function usedShare(info: string): number {
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  const limit = field("maxmemory");
  return limit === 0 ? 0 : field("used_memory") / limit;
}
