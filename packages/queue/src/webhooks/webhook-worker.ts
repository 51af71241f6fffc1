import {
  QUEUE_TIMES,
  type QueueTimes,
  WEBHOOK_QUEUE,
  type WebhookJob,
  webhookJobSchema,
} from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import { rejectRedacted } from "../reject-redacted.js";
import { pauseAfterFailure } from "../retry-forever.js";
import { closeWithin, returnToQueue, SHUTDOWN } from "../return-to-queue.js";

export interface WebhookWorkerOptions {
  readonly redis: Redis;
  /** Deliveries that are made side by side. */
  readonly concurrency: number;
  /** Takes a delivery further: it is over, or to be looked at again at a time in Unix milliseconds. */
  readonly deliver: (job: WebhookJob, signal: AbortSignal) => Promise<"ended" | { readonly retryAt: number }>;
  /** Default: {@link QUEUE_TIMES}. */
  readonly times?: QueueTimes;
  readonly onError?: (error: Error) => void;
}

/** Delivers what stands in the queue of webhooks. */
export class WebhookWorker {
  readonly #options: WebhookWorkerOptions;
  readonly #worker: Worker;

  static async start(options: WebhookWorkerOptions): Promise<WebhookWorker> {
    const worker = new WebhookWorker(options);
    await worker.#worker.waitUntilReady();
    return worker;
  }

  private constructor(options: WebhookWorkerOptions) {
    this.#options = options;
    const { redis, concurrency, times = QUEUE_TIMES, onError } = options;
    this.#worker = new Worker(
      WEBHOOK_QUEUE,
      // BullMQ hands out a signal only to a processor of exactly three plain parameters.
      (job, token, signal) => this.#process(job, token, signal).catch(rejectRedacted),
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
    this.#worker.on("error", (error) => onError?.(error));
    this.#worker.on("failed", (_job, error) => onError?.(error));
  }

  /** Takes no more deliveries, gives those in hand `graceMs` to end, and hands the rest back. */
  async stop(graceMs: number): Promise<void> {
    await closeWithin(this.#worker, graceMs);
  }

  async #process(job: Job, token: string | undefined, signal: AbortSignal | undefined): Promise<null> {
    if (!token || !signal) throw new UnrecoverableError("the queue gave no token or signal");
    let result: Awaited<ReturnType<WebhookWorkerOptions["deliver"]>>;
    try {
      result = await this.#options.deliver(webhookJobSchema.parse(job.data), signal);
    } catch (error) {
      if (!signal.aborted || signal.reason !== SHUTDOWN) throw error;
      await returnToQueue(this.#options.redis, job, token);
      throw new WaitingError();
    }
    if (result === "ended") return null;
    await job.moveToDelayed(result.retryAt, token);
    throw new DelayedError();
  }
}
