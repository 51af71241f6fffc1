import { BATCH_QUEUE, CHUNK_QUEUE, type ToolDefinition, toolQueueName } from "@bullpen/contracts";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { ModelRegistry } from "./model-registry.js";
import { QueuePool } from "./queue-pool.js";

/** All queues as bull-board wants them, opened as models appear. */
export class BoardQueues {
  readonly #tools: readonly ToolDefinition[];
  readonly #registry: ModelRegistry;
  readonly #queues: QueuePool;

  constructor(options: { redis: Redis; tools: readonly ToolDefinition[] }) {
    this.#tools = options.tools;
    this.#queues = new QueuePool(options.redis);
    this.#registry = new ModelRegistry(options.redis);
  }

  /** The queues of batches and their chunks, of all known models, and of the tools. The same objects on every call. */
  async list(): Promise<Queue[]> {
    const names = [
      BATCH_QUEUE,
      CHUNK_QUEUE,
      ...(await this.#registry.queueNames()),
      ...this.#tools.map((tool) => toolQueueName(tool.queue)),
    ];
    return names.map((name) => this.#queues.get(name));
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }
}
