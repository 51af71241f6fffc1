import type { Redis } from "@bullpen/redis";
import { UNANNOUNCED_KEY } from "./call-keys.js";
import { readCalls, type WaitingCall } from "./read-calls.js";

/** Calls of callers' own tools that no webhook has announced yet. Those that have a result meanwhile are not among them. */
export class NewCalls {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Up to `limit` calls, oldest first. What is no call any more is forgotten. */
  async list(limit: number): Promise<WaitingCall[]> {
    const jobIds = await this.#redis.zrangebyscore(UNANNOUNCED_KEY, 0, "+inf", "LIMIT", 0, limit);
    const found = await readCalls(this.#redis, jobIds);
    await this.forget(jobIds.filter((_, i) => found[i] === undefined));
    return found.filter((call) => call !== undefined);
  }

  /** Takes calls off the list, once their announcements are stored. */
  async forget(jobIds: readonly string[]): Promise<void> {
    if (jobIds.length > 0) await this.#redis.zrem(UNANNOUNCED_KEY, ...jobIds);
  }
}
