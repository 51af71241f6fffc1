import { settlesWithin } from "@bullpen/base";
import {
  agentQueueName,
  BATCH_QUEUE,
  CHUNK_QUEUE,
  QUEUE_TIMES,
  type QueueTimes,
  redactError,
  toolQueueName,
} from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import { pauseAfterFailure } from "./retry-forever.js";
import { returnToQueue } from "./return-to-queue.js";

/** A job that this worker has taken: it holds the job's lock under `token` until the processor settles. */
export interface ActiveJob {
  readonly job: Job;
  readonly id: string;
  readonly token: string;
  /** Aborts when the job is cancelled, or with {@link SHUTDOWN} when its worker has no time left. */
  readonly signal: AbortSignal;
}

/** Most jobs that all workers of a queue together begin in a period. */
export interface RateLimit {
  readonly calls: number;
  readonly perMs: number;
}

/** An attempt at a job that ended with an error. */
export interface FailedAttempt {
  readonly queue: string;
  /** What the job is about: its id, and those of its query or batch. */
  readonly ids: { readonly job: string; readonly query?: string; readonly batch?: string };
  /** Attempts that have failed by now. */
  readonly attempt: number;
  /** Whether there is no further one. */
  readonly isLast: boolean;
  readonly error: Error;
}

export interface CreateWorkerOptions<Result> {
  readonly redis: Redis;
  readonly queue: string;
  /** Jobs that run side by side. One that waits for its children does not count. */
  readonly concurrency: number;
  /** Default: no limit. */
  readonly rateLimit?: RateLimit | undefined;
  /** Default: {@link QUEUE_TIMES}. */
  readonly times?: QueueTimes | undefined;
  readonly onError?: ((error: Error) => void) | undefined;
  /** Called after an attempt that failed, whether or not there is another. */
  readonly onFailedAttempt?: ((failure: FailedAttempt) => void) | undefined;
  readonly process: (active: ActiveJob) => Promise<Result>;
  /**
   * Whether an error only interrupts the job: it returns to its queue and costs none of its attempts. A
   * shutdown of the worker always does. Default: no other error does.
   */
  readonly isInterruption?: (error: unknown, signal: AbortSignal) => boolean;
  /** What a job comes to whose processor rejected after it was cancelled. Default: it fails with the error. */
  readonly onCancelled?: (active: ActiveJob) => Promise<Result>;
}

/** Why the signal of an active job aborts when its worker has no time left. */
const SHUTDOWN = "shutdown";

/** Time to return jobs to their queue. Without Redis it cannot be done; then their locks expire, with the same effect. */
const RETURN_MS = 5_000;

/** The one way in which Bullpen makes a BullMQ worker. */
export function createWorker<Result>(options: CreateWorkerOptions<Result>): Worker {
  const { redis, queue, concurrency, rateLimit, times = QUEUE_TIMES, onError, onFailedAttempt } = options;
  const worker = new Worker(
    queue,
    // BullMQ gives a signal only to a processor of exactly three plain parameters.
    (job, token, signal) => run(options, job, token, signal).catch(rejectRedacted),
    {
      connection: redis,
      prefix: KEY_PREFIX,
      concurrency,
      lockDuration: times.lockMs,
      stalledInterval: times.stalledCheckMs,
      // BullMQ must not give up a stalled job: recovery/ decides which stalls are too many.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      settings: { backoffStrategy: (attempts) => pauseAfterFailure(attempts) },
      ...(rateLimit && { limiter: { max: rateLimit.calls, duration: rateLimit.perMs } }),
    },
  );
  worker.on("error", (error) => onError?.(error));
  worker.on("failed", (job, error) => {
    if (!job?.id || error instanceof UnrecoverableError) return; // an end that the job came to is no failure of it
    onFailedAttempt?.({
      queue,
      ids: idsOf(queue, job.id),
      attempt: job.attemptsMade,
      isLast: job.finishedOn !== undefined,
      error,
    });
  });
  return worker;
}

/** Takes no more jobs, and aborts the active ones with {@link SHUTDOWN} after `graceMs`. */
export async function closeWorker(worker: Worker, graceMs: number): Promise<void> {
  const abort = setTimeout(() => worker.cancelAllJobs(SHUTDOWN), graceMs);
  let failure: unknown;
  const closed = worker.close().catch((error) => {
    failure = error;
  });
  try {
    await settlesWithin(closed, graceMs + RETURN_MS);
  } finally {
    clearTimeout(abort);
  }
  if (failure !== undefined) throw failure;
}

/** The ids in a job's: a call's begins with its query's, a chunk's with its batch's. */
function idsOf(queue: string, job: string): FailedAttempt["ids"] {
  const first = job.slice(0, job.lastIndexOf("-"));
  if (queue.startsWith(AGENT_QUEUES)) return { job, query: job };
  if (queue.startsWith(TOOL_QUEUES)) return { job, query: first };
  if (queue === CHUNK_QUEUE) return { job, batch: first };
  return queue === BATCH_QUEUE ? { job, batch: job } : { job };
}

const AGENT_QUEUES = agentQueueName("");
const TOOL_QUEUES = toolQueueName("");

async function run<Result>(
  options: CreateWorkerOptions<Result>,
  job: Job,
  token: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (!job.id || !token || !signal) throw new UnrecoverableError("the queue gave no id, token or signal");
  const active = { job, id: job.id, token, signal };
  try {
    return await options.process(active);
  } catch (error) {
    const isShutdown = signal.aborted && signal.reason === SHUTDOWN;
    if (isShutdown || options.isInterruption?.(error, signal)) {
      await returnToQueue(options.redis, job, token);
      throw new WaitingError();
    }
    if (signal.aborted && options.onCancelled) return options.onCancelled(active);
    throw error;
  }
}

/** BullMQ stores the message and stack of a rejection with the job, where the dashboard shows them. */
function rejectRedacted(error: unknown): never {
  throw redactError(error);
}
