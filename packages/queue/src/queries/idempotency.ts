import { newId } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX, readKey, readRecord } from "@bullpen/redis/commands";
import { z } from "zod";

const recordSchema = z.object({ base: z.string(), fingerprint: z.string() });

/**
 * Gives a request that is sent again the same base for its ids. A request creates everything under ids derived
 * from the base, so that two identical requests, one after the other, at the same time or after a crash, have the
 * effect of one.
 */
export class Idempotency {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * The base for a tenant's key, valid for `seconds` from its first use.
   *
   * @param use.proposed the base that a first use gets. Default: a new one.
   * @returns `mismatch` when the key was used for a request with another fingerprint.
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
    const stored = await readKey(this.#redis.get(key), "");
    const record = readRecord(recordSchema, stored) ?? fresh;
    // A record that cannot be read counts as missing. If there is none, it expired between the two commands.
    if (record === fresh && stored !== null) {
      await this.#redis.set(key, JSON.stringify(fresh), "EX", use.seconds);
    }
    return record.fingerprint === use.fingerprint ? record.base : "mismatch";
  }

  /** Removes a key, so that its next use is a first one. */
  async forget(tenant: string, key: string): Promise<void> {
    await this.#redis.del(keyOf(tenant, key));
  }
}

function keyOf(tenant: string, key: string): string {
  return `${KEY_PREFIX}:idempotency:${tenant}:${key}`;
}
