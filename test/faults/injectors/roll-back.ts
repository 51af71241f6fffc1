import type { Redis } from "@bullpen/redis";

interface Kept {
  readonly key: string;
  readonly value: Buffer;
  /** Milliseconds to live; 0: forever. */
  readonly ttl: number;
}

/** Redis as it was at a moment: what a restart on an AOF brings back whose tail is lost, to the command. */
export class RollBack {
  readonly #redis: Redis;
  readonly #kept: readonly Kept[];

  static async keep(redis: Redis): Promise<RollBack> {
    const keys = await redis.keys("*");
    const kept = await Promise.all(
      keys.map(async (key) => ({
        key,
        value: await redis.dumpBuffer(key),
        ttl: Math.max(0, await redis.pttl(key)),
      })),
    );
    return new RollBack(
      redis,
      kept.flatMap(({ key, value, ttl }) => (value ? [{ key, value, ttl }] : [])),
    );
  }

  private constructor(redis: Redis, kept: readonly Kept[]) {
    this.#redis = redis;
    this.#kept = kept;
  }

  /** Puts everything back at once: no client sees Redis in between. */
  async restore(): Promise<void> {
    const transaction = this.#redis.multi().flushall();
    for (const { key, value, ttl } of this.#kept) transaction.restore(key, ttl, value);
    await transaction.exec();
  }
}
