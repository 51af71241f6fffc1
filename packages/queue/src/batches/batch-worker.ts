import {
  BATCH_QUEUE,
  type BatchJob,
  batchJobSchema,
  CHUNK_QUEUE,
  type ChunkJob,
  chunkJobSchema,
  QUEUE_TIMES,
  type QueueTimes,
} from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { type Job, UnrecoverableError, WaitingChildrenError, WaitingError, Worker } from "bullmq";
import { rejectRedacted } from "../reject-redacted.js";
import { pauseAfterFailure } from "../retry-forever.js";
import { closeWithin, returnToQueue, SHUTDOWN } from "../return-to-queue.js";

/** A chunk in a batcher's hands. */
export interface LeasedChunk extends ChunkJob {
  /** Why queries of its lines were given up by the queue, by query id. */
  failures(): Promise<ReadonlyMap<string, string>>;
}

export interface BatchWorkerOptions {
  readonly redis: Redis;
  /** Batches, and chunks, that are worked on side by side; those that wait for others do not count. */
  readonly concurrency: { readonly batches: number; readonly chunks: number };
  /** Takes a batch further: `waiting` for its chunks, or `ended`. */
  readonly runBatch: (batch: BatchJob, signal: AbortSignal) => Promise<"waiting" | "ended">;
  /** Takes a chunk further: `waiting` for its queries, or `ended`. */
  readonly runChunk: (chunk: LeasedChunk, signal: AbortSignal) => Promise<"waiting" | "ended">;
  /** Default: {@link QUEUE_TIMES}. */
  readonly times?: QueueTimes;
  readonly onError?: (error: Error) => void;
}

/**
 * Works on batches and their chunks. Whatever goes wrong with one (storage full, Redis away) is tried
 * again, with pauses, until it works or the batch is halted.
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
      this.#work(BATCH_QUEUE, concurrency.batches, (job, signal) =>
        runBatch(batchJobSchema.parse(job.data), signal),
      ),
      this.#work(CHUNK_QUEUE, concurrency.chunks, (job, signal) =>
        runChunk({ ...chunkJobSchema.parse(job.data), failures: () => failuresOf(job) }, signal),
      ),
    ];
  }

  /** Takes no more work, gives what is in hand `graceMs` to end, and hands the rest back. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => closeWithin(worker, graceMs)));
  }

  #work(
    queue: string,
    concurrency: number,
    run: (job: Job, signal: AbortSignal) => Promise<"waiting" | "ended">,
  ): Worker {
    const { redis, times = QUEUE_TIMES, onError } = this.#options;
    const worker = new Worker(
      queue,
      // BullMQ hands out a signal only to a processor of exactly three plain parameters.
      (job, token, signal) => this.#process(run, job, token, signal).catch(rejectRedacted),
      {
        connection: redis,
        prefix: KEY_PREFIX,
        concurrency,
        lockDuration: times.lockMs,
        stalledInterval: times.stalledCheckMs,
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        settings: { backoffStrategy: pauseAfterFailure },
      },
    );
    worker.on("error", (error) => onError?.(error));
    worker.on("failed", (_job, error) => onError?.(error));
    return worker;
  }

  async #process(
    run: (job: Job, signal: AbortSignal) => Promise<"waiting" | "ended">,
    job: Job,
    token: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<null> {
    if (!token || !signal) throw new UnrecoverableError("the queue gave no token or signal");
    try {
      for (;;) {
        // First wait, then look: children that are in hand of a worker must not lose what they work on.
        if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
        if ((await run(job, signal)) === "ended") return null;
      }
    } catch (error) {
      if (!signal.aborted || signal.reason !== SHUTDOWN) throw error;
      await returnToQueue(this.#options.redis, job, token);
      throw new WaitingError();
    }
  }
}

async function failuresOf(job: Job): Promise<ReadonlyMap<string, string>> {
  const failures = Object.entries(await job.getIgnoredChildrenFailures());
  return new Map(failures.map(([key, reason]) => [key.slice(key.lastIndexOf(":") + 1), reason]));
}
