import { every } from "@bullpen/base";
import { agentQueueName, modelNameSchema } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { isWrongType, KEY_PREFIX, readKey, readRecord } from "@bullpen/redis/commands";
import { z } from "zod";
import { WorkerRegistry } from "./worker-registry.js";

const KEY = `${KEY_PREFIX}:models`;

/** How often a worker registers its model. */
const REGISTER_MS = 10_000;
/** A model is unserved after three missed registrations. */
const SERVED_FOR_MS = 3 * REGISTER_MS;

const modelRecordSchema = z.object({
  name: modelNameSchema,
  context_tokens: z.int(),
  /** When a worker first served it, by Redis' clock. Earlier versions of Bullpen did not write it. */
  created_at: z.number().optional(),
  /** When a worker last registered it, by Redis' clock. */
  registered_at: z.number(),
  /** Its last worker has shut down cleanly. */
  is_left: z.boolean().optional(),
});
type StoredModel = z.output<typeof modelRecordSchema>;

/** A model that a worker has served. Times are Unix milliseconds by Redis' clock. */
export interface ModelRecord {
  readonly name: string;
  readonly context_tokens: number;
  /** When a worker first served it. */
  readonly createdAt: number;
  readonly isServed: boolean;
  /** Milliseconds since a worker last served it. */
  readonly idleMs: number;
}
type Model = Pick<StoredModel, "name" | "context_tokens">;

/**
 * The models that workers have served. A model stays known while it has no workers: its queue waits. A record
 * that cannot be read counts as missing.
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
   * Registers a model, now and periodically, so that it is known after Redis was wiped, too. Rejects when the
   * first registration fails.
   *
   * @returns a function that stops the registrations, and records that the model is unserved unless another
   * worker serves it. Call it after this worker's heartbeats have stopped.
   */
  async keepRegistered(model: Model): Promise<() => Promise<void>> {
    await this.register(model);
    // A registration that fails because Redis is away is made up for by the next.
    const stop = every(REGISTER_MS, () => this.register(model));
    return async () => {
      void stop();
      if (this.#redis.status !== "ready") return; // the registrations that are missing show it, too
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
      // The key holds another type. Every worker registers again, so a fresh start loses nothing.
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
