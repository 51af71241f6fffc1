import { every } from "@bullpen/base";
import { agentQueueName, modelNameSchema } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { isWrongType, KEY_PREFIX, readKey, readRecord } from "@bullpen/redis/commands";
import { z } from "zod";
import { WorkerRegistry } from "./worker-registry.js";

const KEY = `${KEY_PREFIX}:models`;

const REGISTER_MS = 10_000;
/** A model that no worker has registered for so long is served by nobody: three registrations were missed. */
const SERVED_FOR_MS = 3 * REGISTER_MS;

const modelRecordSchema = z.object({
  name: modelNameSchema,
  context_tokens: z.int(),
  /** When a worker served it for the first time, by Redis' clock. Workers of old did not say. */
  created_at: z.number().optional(),
  /** When a worker registered it last, by Redis' clock. */
  registered_at: z.number(),
  /** Its last worker has stopped in good order. */
  is_left: z.boolean().optional(),
});
type StoredModel = z.output<typeof modelRecordSchema>;

/** A model that a worker has served. Times are Unix milliseconds by Redis' clock. */
export interface ModelRecord {
  readonly name: string;
  readonly context_tokens: number;
  /** When a worker served it for the first time. */
  readonly createdAt: number;
  readonly isServed: boolean;
  /** How long ago a worker has served it, in milliseconds. */
  readonly idleMs: number;
}
type Model = Pick<StoredModel, "name" | "context_tokens">;

/**
 * The models that workers have served. One stays known while its workers are away: its queue waits. A record
 * that cannot be read counts as none.
 */
export class ModelRegistry {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async register(model: Model): Promise<void> {
    const now = await this.#now();
    const known = await this.#find(model.name);
    await this.#write({ ...model, created_at: known?.created_at ?? now, registered_at: now });
  }

  /**
   * Registers a model now and again and again, so that it is known also after Redis has been wiped.
   * Rejects when the first time fails; the function returned ends it, and says that nobody serves the model
   * any more unless another worker does. To be called when this worker's heartbeat has ended.
   */
  async keepRegistered(model: Model): Promise<() => Promise<void>> {
    await this.register(model);
    // A registration that fails because Redis is away is made up for by the next.
    const stop = every(REGISTER_MS, () => this.register(model));
    return async () => {
      void stop();
      if (this.#redis.status !== "ready") return; // nobody registers it any more: that tells it, too
      const others = await new WorkerRegistry({ redis: this.#redis }).list();
      if (others.some((worker) => worker.model === model.name)) return;
      const known = await this.#find(model.name);
      if (known) await this.#write({ ...known, is_left: true });
    };
  }

  async list(): Promise<ModelRecord[]> {
    const [records, now] = await Promise.all([readKey(this.#redis.hgetall(KEY), {}), this.#now()]);
    return Object.entries(records)
      .map(([name, record]) => ({ name, model: readRecord(modelRecordSchema, record) }))
      .flatMap(({ name, model }) => (model?.name === name ? [toRecord(model, now)] : []))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  async #find(name: string): Promise<StoredModel | undefined> {
    return readRecord(modelRecordSchema, await readKey(this.#redis.hget(KEY, name), null));
  }

  async #write(record: StoredModel): Promise<void> {
    const write = () => this.#redis.hset(KEY, record.name, JSON.stringify(record));
    try {
      await write();
    } catch (error) {
      if (!isWrongType(error)) throw error;
      // Every worker registers again, so nothing is lost by beginning anew.
      await this.#redis.del(KEY);
      await write();
    }
  }

  async #now(): Promise<number> {
    const [seconds, microseconds] = await this.#redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  }

  /** The names of the agent queues of all known models. */
  async queueNames(): Promise<string[]> {
    return (await this.list()).map((model) => agentQueueName(model.name));
  }
}

function toRecord(model: StoredModel, now: number): ModelRecord {
  const idleMs = Math.max(now - model.registered_at, 0);
  return {
    name: model.name,
    context_tokens: model.context_tokens,
    createdAt: model.created_at ?? model.registered_at,
    isServed: model.is_left !== true && idleMs < SERVED_FOR_MS,
    idleMs,
  };
}
