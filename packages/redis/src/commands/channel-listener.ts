import type { Redis } from "ioredis";
import { watchConnection } from "../connection/watch-connection.js";

/**
 * Listens to Redis channels on its own connection, which subscribes again by itself after Redis was away. Messages
 * of that time are lost: listeners may use them to be quick, but must be correct without them.
 */
export class ChannelListener {
  readonly #redis: Redis;
  readonly #listeners = new Map<string, Set<(message: string) => void>>();

  private constructor(redis: Redis) {
    this.#redis = redis;
    redis.on("message", (channel: string, message: string) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(message);
    });
  }

  static async open(redis: Redis): Promise<ChannelListener> {
    // The subscriber's commands must wait for Redis: a subscription that is refused is not tried again.
    const subscriber = redis.duplicate({ enableOfflineQueue: true, lazyConnect: true });
    subscriber.on("error", () => {}); // the original connection reports the same
    await subscriber.connect();
    watchConnection(subscriber, true);
    return new ChannelListener(subscriber);
  }

  /** Calls `listener` for every message, until the returned function is called. */
  async listen(channel: string, listener: (message: string) => void): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners);
    listeners.add(listener);
    if (listeners.size === 1) await this.#redis.subscribe(channel);
    return async () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
      this.#listeners.delete(channel);
      await this.#redis.unsubscribe(channel);
    };
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }
}
