import { BATCH_QUEUE, type BatchJob, CHUNK_QUEUE, type ChunkJob, chunkJobId } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { QueuePool } from "../queue-pool.js";
import { RETRY_FOREVER } from "../retry-forever.js";

/** The queues of batches and their chunks. Their contents are in storage. */
export class BatchQueues {
  readonly #queues: QueuePool;

  constructor(redis: Redis) {
    this.#queues = new QueuePool(redis);
  }

  /** Enqueues a batch; one that exists stays as it is. */
  async addBatch(batch: BatchJob): Promise<void> {
    await this.#queues
      .get(BATCH_QUEUE)
      .add(batch.batch_id, batch, { ...RETRY_FOREVER, jobId: batch.batch_id });
  }

  /** Enqueues a chunk as a child of its batch; one that exists stays as it is. */
  async addChunk(chunk: ChunkJob): Promise<void> {
    const { batch_id, index } = chunk;
    await this.#queues.get(CHUNK_QUEUE).add(`${batch_id} #${index}`, chunk, {
      ...RETRY_FOREVER,
      jobId: chunkJobId(batch_id, index),
      parent: { id: batch_id, queue: `${KEY_PREFIX}:${BATCH_QUEUE}` },
      ignoreDependencyOnFailure: true,
    });
  }

  /** Whether a batch is queued, active or waits for its chunks. */
  async hasBatch(batchId: string): Promise<boolean> {
    return (await this.#queues.get(BATCH_QUEUE).getJob(batchId)) !== undefined;
  }

  /** Whether a chunk waits for queries. */
  async isWaiting(batchId: string, index: number): Promise<boolean> {
    const job = await this.#queues.get(CHUNK_QUEUE).getJob(chunkJobId(batchId, index));
    return (await job?.getState()) === "waiting-children";
  }

  /** Whether a chunk is queued or active. */
  async hasChunk(batchId: string, index: number): Promise<boolean> {
    return (await this.#queues.get(CHUNK_QUEUE).getJob(chunkJobId(batchId, index))) !== undefined;
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }
}
