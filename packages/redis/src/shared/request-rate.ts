import type { Redis } from "ioredis";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { KEY_PREFIX } from "../commands/key-prefix.js";
import { findRedisOutage } from "../health/redis-outage.js";

/** What is left of a rate after a request. */
export interface RateUse {
  readonly isExceeded: boolean;
  readonly remaining: number;
  /** Milliseconds until all of it may be used again. */
  readonly resetMs: number;
}

const MINUTE_SECONDS = 60;

/** Limits are numbers that operators choose: there are a few. */
const MAX_LIMITERS = 1_000;

/** Counts requests a minute over all processes, from the first request of each minute on. */
export class RequestRate {
  readonly #redis: Redis;
  readonly #limiters = new Map<number, RateLimiterRedis>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Counts a request.
   *
   * @param subject who sends it, such as `tenant:acme`.
   * @returns `undefined` while Redis is away: the rate is not known then.
   */
  async use(subject: string, perMinute: number): Promise<RateUse | undefined> {
    try {
      return toUse(false, await this.#limiter(perMinute).consume(subject));
    } catch (error) {
      if (error instanceof RateLimiterRes) return toUse(true, error);
      if (findRedisOutage(error) !== undefined) return undefined;
      throw error;
    }
  }

  #limiter(points: number): RateLimiterRedis {
    const known = this.#limiters.get(points);
    if (known) return known;
    if (this.#limiters.size >= MAX_LIMITERS) this.#limiters.clear();
    const limiter = new RateLimiterRedis({
      storeClient: this.#redis,
      keyPrefix: `${KEY_PREFIX}:requests`,
      points,
      duration: MINUTE_SECONDS,
      // Who goes on in spite of refusals costs Redis nothing until the minute is over.
      inMemoryBlockOnConsumed: points + 1,
    });
    this.#limiters.set(points, limiter);
    return limiter;
  }
}

function toUse(isExceeded: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): RateUse {
  return { isExceeded, remaining: Math.max(remainingPoints, 0), resetMs: Math.max(msBeforeNext, 0) };
}
