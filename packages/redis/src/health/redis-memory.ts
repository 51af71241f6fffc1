import type { Redis } from "ioredis";

/** From this share of maxmemory on, new work is refused; at the whole of it nothing can finish any more. */
const FULL_AT = 0.6;
/** How long a look at Redis' memory is good for. */
const LOOK_MS = 1_000;

/** Watches how full Redis is. */
export class RedisMemory {
  readonly #redis: Redis;
  readonly #now: () => number;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #share = 0;

  constructor(options: { redis: Redis; now?: () => number }) {
    this.#redis = options.redis;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether new work should be refused. Looks at Redis once a second at most. */
  async isNearlyFull(): Promise<boolean> {
    if (this.#now() - this.#lookedAt >= LOOK_MS) {
      this.#share = usedShare(await this.#redis.info("memory"));
      this.#lookedAt = this.#now();
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
