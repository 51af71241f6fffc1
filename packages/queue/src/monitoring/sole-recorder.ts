import { randomUUID } from "node:crypto";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";

const KEY = `${KEY_PREFIX}:history-recorder`;

/**
 * Decides which of several processes records the server's history. A short while with two recorders, or with none, does
 * no harm: each writes what it has seen.
 */
export class SoleRecorder {
  readonly #redis: Redis;
  readonly #id = randomUUID();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Whether this process records for the next milliseconds: it keeps on while it claims again before they are over. */
  async claim(milliseconds: number): Promise<boolean> {
    if ((await this.#redis.set(KEY, this.#id, "PX", milliseconds, "NX")) === "OK") return true;
    if ((await this.#redis.get(KEY)) !== this.#id) return false;
    return (await this.#redis.pexpire(KEY, milliseconds)) === 1;
  }

  /** Lets another process record at once. */
  async release(): Promise<void> {
    if ((await this.#redis.get(KEY)) === this.#id) await this.#redis.del(KEY);
  }
}
