import { every } from "@bullpen/base";
import { type WorkerView, workerSchema } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { isWrongType, KEY_PREFIX, readKey, readRecord } from "@bullpen/redis/commands";

/** Ids of the workers that have been seen. Each has its own key, which expires when its heartbeats stop. */
const IDS_KEY = `${KEY_PREFIX}:workers`;

/** Often enough for a dashboard; each costs two small commands. */
const BEAT_MS = 5_000;

export interface WorkerRegistryOptions {
  readonly redis: Redis;
  /** Milliseconds between two heartbeats; a worker that misses three of them is gone. Default: 5,000. */
  readonly beatMs?: number;
}

/**
 * The workers that run, by their heartbeats. Heartbeats are informational; the job lock decides ownership. A
 * heartbeat that cannot be read counts as missing.
 */
export class WorkerRegistry {
  readonly #redis: Redis;
  readonly #beatMs: number;

  constructor({ redis, beatMs = BEAT_MS }: WorkerRegistryOptions) {
    this.#redis = redis;
    this.#beatMs = beatMs;
  }

  /**
   * Writes what `describe` returns as a heartbeat, now and periodically.
   *
   * @returns a function that stops the heartbeats and removes the worker from the list at once.
   */
  keepBeating(id: string, describe: () => Omit<WorkerView, "id" | "seen_at">): () => Promise<void> {
    // While Redis is away one heartbeat waits for it and further ones are skipped.
    const beat = () => this.#beat({ ...describe(), id, seen_at: Date.now() });
    const stop = every(this.#beatMs, beat, { immediately: true });
    return async () => {
      const stopped = stop();
      if (this.#redis.status !== "ready") return; // its key expires by itself
      await stopped;
      await this.#redis.multi().del(workerKey(id)).srem(IDS_KEY, id).exec();
    };
  }

  /** The workers that run, by host and process id. */
  async list(): Promise<WorkerView[]> {
    const ids = await readKey(this.#redis.smembers(IDS_KEY), []);
    if (ids.length === 0) return [];
    const records = await this.#redis.mget(ids.map(workerKey));
    const gone = ids.filter((_, i) => records[i] === null);
    // A worker that was only late adds its id again with its next heartbeat.
    if (gone.length > 0) await this.#redis.srem(IDS_KEY, gone);
    return records
      .flatMap((record) => readRecord(workerSchema, record) ?? [])
      .sort((a, b) => a.host.localeCompare(b.host) || a.pid - b.pid);
  }

  async #beat(worker: WorkerView): Promise<void> {
    const lifeMs = this.#beatMs * 3;
    const replies = await this.#redis
      .multi()
      .set(workerKey(worker.id), JSON.stringify(worker), "PX", lifeMs)
      .sadd(IDS_KEY, worker.id)
      .exec();
    // The key holds another type: the next heartbeats of all workers fill a new set.
    if (replies?.some(([error]) => isWrongType(error))) await this.#redis.del(IDS_KEY);
  }
}

function workerKey(id: string): string {
  return `${KEY_PREFIX}:worker:${id}`;
}
