import { agentQueueName, modelNameSchema } from "@bullpen/contracts";
import type { Redis } from "ioredis";
import { z } from "zod";
import { KEY_PREFIX } from "./connection.js";

const KEY = `${KEY_PREFIX}:models`;

const REGISTER_MS = 10_000;

const modelRecordSchema = z.object({
  name: modelNameSchema,
  context_tokens: z.int(),
  registered_at: z.number(),
});
export type ModelRecord = z.infer<typeof modelRecordSchema>;

/** The models that workers have served. One stays known while its workers are away: its queue waits. */
export class ModelRegistry {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async register(model: Pick<ModelRecord, "name" | "context_tokens">): Promise<void> {
    const record: ModelRecord = { ...model, registered_at: Date.now() };
    await this.#redis.hset(KEY, model.name, JSON.stringify(record));
  }

  /**
   * Registers a model now and again and again, so that it is known also after Redis has been wiped.
   * Rejects when the first time fails; the function returned ends it.
   */
  async keepRegistered(model: Pick<ModelRecord, "name" | "context_tokens">): Promise<() => void> {
    await this.register(model);
    const timer = setInterval(() => {
      this.register(model).catch(() => {}); // Redis is away: the next time will do
    }, REGISTER_MS);
    return () => clearInterval(timer);
  }

  async list(): Promise<ModelRecord[]> {
    const records = await this.#redis.hvals(KEY);
    return records
      .map((record) => modelRecordSchema.parse(JSON.parse(record)))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  async has(name: string): Promise<boolean> {
    return (await this.#redis.hexists(KEY, name)) === 1;
  }

  /** The names of the agent queues of all known models. */
  async queueNames(): Promise<string[]> {
    return (await this.list()).map((model) => agentQueueName(model.name));
  }
}
