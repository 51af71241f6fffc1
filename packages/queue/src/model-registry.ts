import { agentQueueName, modelNameSchema } from "@bullpen/contracts";
import type { Redis } from "ioredis";
import { z } from "zod";
import { KEY_PREFIX } from "./connection.js";
import { isWrongType, readKey, readRecord } from "./read-record.js";

const KEY = `${KEY_PREFIX}:models`;

const REGISTER_MS = 10_000;

const modelRecordSchema = z.object({
  name: modelNameSchema,
  context_tokens: z.int(),
  registered_at: z.number(),
});
export type ModelRecord = z.infer<typeof modelRecordSchema>;

/**
 * The models that workers have served. One stays known while its workers are away: its queue waits. A record
 * that cannot be read counts as none.
 */
export class ModelRegistry {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async register(model: Pick<ModelRecord, "name" | "context_tokens">): Promise<void> {
    const record: ModelRecord = { ...model, registered_at: Date.now() };
    const write = () => this.#redis.hset(KEY, model.name, JSON.stringify(record));
    try {
      await write();
    } catch (error) {
      if (!isWrongType(error)) throw error;
      // Every worker registers again, so nothing is lost by beginning anew.
      await this.#redis.del(KEY);
      await write();
    }
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
    const records = Object.entries(await readKey(this.#redis.hgetall(KEY), {}));
    return records
      .map(([name, record]) => ({ name, model: readRecord(modelRecordSchema, record) }))
      .flatMap(({ name, model }) => (model?.name === name ? [model] : []))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The names of the agent queues of all known models. */
  async queueNames(): Promise<string[]> {
    return (await this.list()).map((model) => agentQueueName(model.name));
  }
}
