import {
  BATCH_QUEUE,
  type BatchJob,
  batchJobSchema,
  CHUNK_QUEUE,
  type ChunkJob,
  chunkJobSchema,
  type QueueTimes,
} from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { type Job, WaitingChildrenError, type Worker } from "bullmq";
import { type ActiveJob, closeWorker, createWorker, type FailedAttempt } from "../worker.js";

/** A chunk that a batcher works on. */
export interface LeasedChunk extends ChunkJob {
  /** Why the queue gave up queries of its lines, by query id. */
  failures(): Promise<ReadonlyMap<string, string>>;
}

export interface BatchWorkerOptions {
  readonly redis: Redis;
  /** Batches and chunks that are worked on side by side; those that wait for their children do not count. */
  readonly concurrency: { readonly batches: number; readonly chunks: number };
  /** Advances a batch: it is `waiting` for its chunks, or has `ended`. */
  readonly runBatch: (batch: BatchJob, signal: AbortSignal) => Promise<"waiting" | "ended">;
  /** Advances a chunk: it is `waiting` for its queries, or has `ended`. */
  readonly runChunk: (chunk: LeasedChunk, signal: AbortSignal) => Promise<"waiting" | "ended">;
  /** Default: `QUEUE_TIMES`. */
  readonly times?: QueueTimes;
  readonly onError?: (error: Error) => void;
  /** Called after each attempt at a job that failed. */
  readonly onFailedAttempt?: (failure: FailedAttempt) => void;
}

/**
 * Works on batches and their chunks. An attempt that fails (storage is full, Redis is away) is made again,
 * with pauses, until it succeeds or the batch is halted.
 */
export class BatchWorker {
  readonly #options: BatchWorkerOptions;
  readonly #workers: readonly Worker[];

  static async start(options: BatchWorkerOptions): Promise<BatchWorker> {
    const worker = new BatchWorker(options);
    await Promise.all(worker.#workers.map((part) => part.waitUntilReady()));
    return worker;
  }

  private constructor(options: BatchWorkerOptions) {
    this.#options = options;
    const { concurrency, runBatch, runChunk } = options;
    this.#workers = [
      this.#createWorker(BATCH_QUEUE, concurrency.batches, ({ job, signal }) =>
        runBatch(batchJobSchema.parse(job.data), signal),
      ),
      this.#createWorker(CHUNK_QUEUE, concurrency.chunks, ({ job, signal }) =>
        runChunk({ ...chunkJobSchema.parse(job.data), failures: () => failuresOf(job) }, signal),
      ),
    ];
  }

  /** Takes no more work, gives active jobs `graceMs` to end, and returns the rest to the queue. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => closeWorker(worker, graceMs)));
  }

  #createWorker(
    queue: string,
    concurrency: number,
    advance: (active: ActiveJob) => Promise<"waiting" | "ended">,
  ): Worker {
    const { redis, times, onError, onFailedAttempt } = this.#options;
    const process = async (active: ActiveJob) => {
      for (;;) {
        // Wait first, then advance: children that a worker has taken must not lose what they work on.
        if (await active.job.moveToWaitingChildren(active.token)) throw new WaitingChildrenError();
        if ((await advance(active)) === "ended") return null;
      }
    };
    return createWorker({ redis, queue, concurrency, times, onError, onFailedAttempt, process });
  }
}

async function failuresOf(job: Job): Promise<ReadonlyMap<string, string>> {
  const failures = Object.entries(await job.getIgnoredChildrenFailures());
  return new Map(failures.map(([key, reason]) => [key.slice(key.lastIndexOf(":") + 1), reason]));
}
