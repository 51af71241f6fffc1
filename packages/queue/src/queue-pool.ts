import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { Queue } from "bullmq";

/** BullMQ queues by name, each opened at its first use, all on one connection. */
export class QueuePool {
  readonly #redis: Redis;
  readonly #queues = new Map<string, Queue>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  get(name: string): Queue {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = new Queue(name, { connection: this.#redis, prefix: KEY_PREFIX, skipMetasUpdate: true });
      queue.on("error", () => {}); // the shared connection reports it
      this.#queues.set(name, queue);
    }
    return queue;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }
}
