import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { z } from "zod";
import { KEY_PREFIX } from "../commands/key-prefix.js";
import { LuaScript } from "../commands/lua-script.js";
import { readKey, readRecord } from "../commands/read-record.js";

export interface SharedCacheOptions<T> {
  readonly redis: Redis;
  /** An entry that does not fit counts as missing. */
  readonly schema: z.ZodType<T>;
}

/** A value to be cached, and for how many milliseconds. */
export interface Computed<T> {
  readonly value: T;
  readonly ttlMs: number;
}

/** A claim is renewed while its holder computes; after a holder that died the next process computes. */
const CLAIM_MS = 5_000;
/** How often a process that waits for another's value checks for it. */
const CHECK_EVERY_MS = 50;

/**
 * Renews or releases a claim, if it is still the caller's.
 *
 * KEYS[1] the claim
 *
 * ARGV[1] its holder
 * ARGV[2] milliseconds to hold it on, 0 to release it
 *
 * Output: 1 if it was the caller's, else 0.
 */
const HOLD_CLAIM = new LuaScript(`
local claim, holder, milliseconds = KEYS[1], ARGV[1], ARGV[2]

if redis.call('GET', claim) ~= holder then return 0 end
if milliseconds == '0' then return redis.call('DEL', claim) end
return redis.call('PEXPIRE', claim, milliseconds)
`);

/**
 * A cache in Redis that all processes share. Of several that need one missing value at the same time one
 * computes it, and the others wait for it.
 */
export class SharedCache<T> {
  readonly #redis: Redis;
  readonly #schema: z.ZodType<T>;

  constructor({ redis, schema }: SharedCacheOptions<T>) {
    this.#redis = redis;
    this.#schema = schema;
  }

  /**
   * The value under `{bullpen}:<name>`, or the one that `compute` resolves to. Rejects with the signal's reason
   * when it aborts before the value comes, and with what `compute` rejects with.
   */
  async getOrCompute(
    name: string,
    compute: () => Promise<Computed<T>>,
    signal: AbortSignal,
  ): Promise<{ value: T; isHit: boolean }> {
    const key = `${KEY_PREFIX}:${name}`;
    const claim = `${key}:claim`;
    const holder = randomUUID();
    for (;;) {
      signal.throwIfAborted();
      const cached = await this.#read(key);
      if (cached !== undefined) return { value: cached, isHit: true };
      if ((await this.#redis.set(claim, holder, "PX", CLAIM_MS, "NX")) === "OK") break;
      await sleep(CHECK_EVERY_MS);
    }
    const renewal = setInterval(() => {
      HOLD_CLAIM.run(this.#redis, [claim], [holder, CLAIM_MS]).catch(() => {}); // Redis is away for all
    }, CLAIM_MS / 3);
    try {
      // It may have been written between the read and the claim.
      const cached = await this.#read(key);
      if (cached !== undefined) return { value: cached, isHit: true };
      const { value, ttlMs } = await compute();
      await this.#redis.set(key, JSON.stringify(value), "PX", ttlMs);
      return { value, isHit: false };
    } finally {
      clearInterval(renewal);
      await HOLD_CLAIM.run(this.#redis, [claim], [holder, 0]);
    }
  }

  async #read(key: string): Promise<T | undefined> {
    return readRecord(this.#schema, await readKey(this.#redis.get(key), null));
  }
}
