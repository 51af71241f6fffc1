import { newId } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX, readKey, readRecord } from "@bullpen/redis/commands";
import { z } from "zod";

const recordSchema = z.object({ base: z.string(), fingerprint: z.string() });

/**
 * Gives a request that is sent again the same base for its ids. What a request makes, it makes under ids
 * that follow from the base, so that doing it twice, or at once, or once more after a crash, is doing it
 * once.
 */
export class Idempotency {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * The base for a tenant's key, for `seconds` from its first use on. `mismatch` when the key was used for
   * a request with another fingerprint. `proposed` is what the first use makes the base; default: a new one.
   */
  async base(use: {
    tenant: string;
    key: string;
    fingerprint: string;
    seconds: number;
    proposed?: string;
  }): Promise<string | "mismatch"> {
    const key = keyOf(use.tenant, use.key);
    const fresh = { base: use.proposed ?? newId("query"), fingerprint: use.fingerprint };
    await this.#redis.set(key, JSON.stringify(fresh), "EX", use.seconds, "NX");
    const stands = await readKey(this.#redis.get(key), "");
    const record = readRecord(recordSchema, stands) ?? fresh;
    // What cannot be read counts as none. Without a record its time was over between the two commands.
    if (record === fresh && stands !== null) {
      await this.#redis.set(key, JSON.stringify(fresh), "EX", use.seconds);
    }
    return record.fingerprint === use.fingerprint ? record.base : "mismatch";
  }

  /** Makes the next use of a key a first one. */
  async forget(tenant: string, key: string): Promise<void> {
    await this.#redis.del(keyOf(tenant, key));
  }
}

function keyOf(tenant: string, key: string): string {
  return `${KEY_PREFIX}:idempotency:${tenant}:${key}`;
}
