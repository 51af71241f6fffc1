import { BATCH_QUEUE, CHUNK_QUEUE, toolQueueName, WEBHOOK_QUEUE } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import type { Queue } from "bullmq";
import { CALLER_TOOLS_QUEUE, callJobKey } from "./caller-tools/call-keys.js";
import { QueuePool } from "./queue-pool.js";
import { ModelRegistry } from "./registries/model-registry.js";
import { ToolRegistry } from "./registries/tool-registry.js";

/** All queues in the form that bull-board takes, opened when models and tools appear. */
export class BoardQueues {
  readonly #models: ModelRegistry;
  readonly #tools: ToolRegistry;
  readonly #redis: Redis;
  readonly #queues: QueuePool;

  constructor({ redis }: { redis: Redis }) {
    this.#redis = redis;
    this.#queues = new QueuePool(redis);
    this.#models = new ModelRegistry(redis);
    this.#tools = new ToolRegistry({ redis });
  }

  /** The queues of batches and their chunks, of all known models, of the tools, of callers' own tools once there are calls, and of webhooks. The same objects on every call. */
  async list(): Promise<Queue[]> {
    const names = [
      BATCH_QUEUE,
      CHUNK_QUEUE,
      ...(await this.#models.queueNames()),
      ...(await this.#tools.all()).map((tool) => toolQueueName(tool.queue)),
      ...((await this.#redis.exists(callJobKey("events"))) === 1 ? [CALLER_TOOLS_QUEUE] : []),
      WEBHOOK_QUEUE,
    ];
    return names.map((name) => this.#queues.get(name));
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }
}
